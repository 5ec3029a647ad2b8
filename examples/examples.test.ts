import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const examples = readdirSync(new URL(".", import.meta.url)).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);

/** What each example must print: a statement about its result, not about its form. */
const expected: Readonly<Record<string, (output: string) => void>> = {
  "custom-network.ts": (output) => {
    expect(Number(/test error ([\d.]+) %/.exec(output)?.[1])).toBeLessThan(5);
  },
  "minimise.ts": (output) => {
    const [, x, y] = /\((-?[\d.]+), (-?[\d.]+)\)/.exec(output) ?? [];
    // It leaves the sharp well at (−2, 0), where it begins, for the wide one at (2, 0).
    expect(Math.hypot(Number(x) - 2, Number(y))).toBeLessThan(0.5);
  },
  "regression.ts": (output) => {
    // The noise has a standard deviation of 0.1, the targets one of 1.4.
    expect(Number(/epoch 60: RMSE ([\d.]+),/.exec(output)?.[1])).toBeLessThan(0.2);
  },
  "save-and-resume.ts": (output) => {
    const [resumed, whole] = output.split("\n").map((line) => line.slice(9));
    expect(resumed).toBe(whole);
    // The minimum is at 1; noise is small.
    expect(Number(whole!.split(" ")[2])).toBeCloseTo(1, 0);
  },
};

test("every example has an expectation", () => {
  expect(Object.keys(expected).sort()).toEqual(examples.sort());
});

// As a reader runs them, against the build.
test.each(examples)("%s runs and gives what it says", (file) => {
  const run = spawnSync("node_modules/.bin/tsx", [`examples/${file}`], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
  expected[file]!(run.stdout);
});
