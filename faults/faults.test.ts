/** A short count of the faults that `npm run faults` injects; the processes run the build. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { faults } from "./faults.ts";
import { runFaults } from "./runFaults.ts";

const built = fileURLToPath(new URL("../packages/lab/dist/cli/resume.js", import.meta.url));
const minutes = 60_000;

test("the command is built; npm test builds it first", () => {
  expect(existsSync(built), `${built} is missing: npm run build`).toBe(true);
});

test("a run survives every kind of fault: it goes on exactly or is refused clearly", {
  timeout: 3 * minutes,
}, async () => {
  const { injected, lost, losses, omitted } = await runFaults({ count: faults.length, seed: 1 });
  // In continuous integration nothing may be left out.
  const required = process.env.CI === undefined ? omitted : [];
  for (const name of omitted) process.stderr.write(`SKIPPED: "${name}" needs the right to mount file systems\n`);
  expect(omitted).toEqual(required);
  expect(losses).toEqual([]);
  expect({ injected, lost }).toEqual({ injected: faults.length, lost: 0 });
});

test("README tells the counts of the committed report", () => {
  const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
  const { injected, resumed, refused, lost, omitted, kinds } = JSON.parse(read("docs/results/faults.json"));
  expect(read("README.md").replace(/\s+/g, " ")).toMatch(
    new RegExp(
      `Of ${injected} faults injected .* ${resumed} were resumed exactly, ${refused} refused with one clear error, ${lost} lost`,
    ),
  );
  expect(omitted).toEqual([]);
  expect(Object.keys(kinds)).toEqual(faults.map(({ name }) => name));
});

test("against a writer without rename and a reader without checksums it reports losses", {
  timeout: 3 * minutes,
}, async () => {
  const only = ["kill", "truncate checkpoints", "flip a bit of checkpoints"];
  const { injected, lost, losses } = await runFaults({ count: 6, seed: 2, broken: true, only });
  expect(injected).toBe(6);
  expect(lost).toBeGreaterThan(0);
  expect(losses).toHaveLength(lost);
});
