/** A short count of `npm run faults`; the processes run the build, which `npm test` makes first. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { faults } from "./faults.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const minutes = 60_000;

/** Runs the command; gives its exit code, the JSON of its last line, and its messages. */
async function command(...args: string[]) {
  const child = spawn(process.execPath, ["node_modules/tsx/dist/cli.mjs", "faults/main.ts", ...args], { cwd: root });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const code = await new Promise((resolve) => child.once("close", resolve));
  const last = texts.stdout.trimEnd().split("\n").at(-1) ?? "";
  return { code, counts: last.startsWith("{") ? JSON.parse(last) : null, ...texts };
}

test("a run survives every kind of fault: it goes on exactly or is refused clearly", {
  timeout: 4 * minutes,
}, async () => {
  const { code, counts, stderr } = await command("--count", String(faults.length), "--json");
  const omitted = stderr.split("\n").filter((line) => line.startsWith("OMITTED"));
  for (const line of omitted) process.stderr.write(`SKIPPED, not tested here: ${line}\n`);
  // In continuous integration nothing may be left out.
  if (process.env.CI !== undefined) expect(omitted).toEqual([]);
  expect(stderr.split("\n").filter((line) => line.startsWith("LOST"))).toEqual([]);
  expect(counts).toMatchObject({ injected: faults.length, lost: 0 });
  expect(counts.resumed + counts.refused).toBe(faults.length);
  expect(code).toBe(0);
});

test("against a writer without rename and a reader without checksums it reports losses", {
  timeout: 4 * minutes,
}, async () => {
  const only = "kill,truncate checkpoints,flip a bit of checkpoints";
  const { code, counts } = await command("--broken", "--seed", "2", "--count", "6", "--only", only, "--json");
  expect(counts.injected).toBe(6);
  expect(counts.lost).toBeGreaterThan(0);
  expect(code).toBe(1);
});

test("bad arguments are told with the usage", async () => {
  for (const args of [
    ["--count", "x"],
    ["--cuont", "3"],
    ["--only", "flood"],
  ]) {
    const { code, stderr } = await command(...args);
    expect(code).toBe(2);
    expect(stderr).toContain("usage: npm run faults");
  }
});

test("README tells the counts of the committed report", () => {
  const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
  const { injected, resumed, refused, lost, omitted, kinds } = JSON.parse(read("docs/results/faults.json"));
  const told = `${resumed} were resumed exactly, ${refused} refused with one clear error, ${lost} lost`;
  expect(read("README.md").replace(/\s+/g, " ")).toMatch(new RegExp(`Of ${injected} faults injected .* ${told}`));
  expect(omitted).toEqual([]);
  expect(Object.keys(kinds)).toEqual(faults.map(({ name }) => name));
});
