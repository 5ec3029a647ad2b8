import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  "fine-tune.ts": (output) => {
    // What is frozen has not moved, and ONNX Runtime agrees with the evaluation; guesses are wrong 75 % of the time.
    expect(output).toContain(
      "moved: features.4.weight, features.4.bias, features.5.weight, features.5.bias, head.weight",
    );
    const [, own, runtime] = /test error ([\d.]+) %\nin ONNX Runtime ([\d.]+) %/.exec(output) ?? [];
    expect(runtime).toBe(own);
    expect(Number(own)).toBeLessThan(15);
  },
  "from-tensorflow-js.ts": (output) => {
    expect(output).toContain('the last activation, softmax of "dense_Dense1", is left out: the loss applies it\n');
    // A guess errs on 90 %.
    expect(Number(/errs on ([\d.]+) % of 1000 test images/.exec(output)?.[1])).toBeLessThan(10);
  },
  "minimise.ts": (output) => {
    const [, x, y] = /\((-?[\d.]+), (-?[\d.]+)\)/.exec(output) ?? [];
    // It leaves the sharp well at (−2, 0), where it begins, for the wide one at (2, 0).
    expect(Math.hypot(Number(x) - 2, Number(y))).toBeLessThan(0.5);
  },
  "pictures.ts": (output) => {
    expect(output).toContain("training pictures of 3×16×16: cross, disc\n");
    expect(Number(/test error ([\d.]+) %/.exec(output)?.[1])).toBeLessThan(10);
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
  "tensorflow-js.ts": (output) => {
    // A guess errs on 90 %.
    expect(Number(/after 160 gradients: test error ([\d.]+) %/.exec(output)?.[1])).toBeLessThan(20);
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

/** y = 2x + noise uniform in [0, 1): its 90 % quantile is 2x + 0.9. */
test("networks/quantile.ts learns the 90 % quantile by the command, which predicts with it", () => {
  const folder = mkdtempSync(join(tmpdir(), "quantile-"));
  try {
    const xs = Array.from({ length: 1000 }, (_, i) => (((i + 1) * 0.7548776662) % 1) * 2 - 1);
    const rows = xs.map((x, i) => `${x},${2 * x + (((i + 1) * 0.569840291) % 1)}`);
    writeFileSync(join(folder, "table.csv"), `x,y\n${rows.join("\n")}\n`);
    writeFileSync(join(folder, "new.csv"), "x\n-0.5\n0\n0.5\n");
    const command = (...args: string[]): string =>
      execFileSync(process.execPath, ["packages/lab/bin/entropy-sgd.js", ...args], {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    const run = join(folder, "run");
    command(
      ...["train", "--network", "examples/networks/quantile.ts", "--data", join(folder, "table.csv"), "--out", run],
      ...[
        "--optimizer",
        "adam",
        "--budget",
        "60",
        "--set",
        "learningRate=0.01",
        "--set",
        "batchSize=32",
        "--threads",
        "1",
      ],
    );
    const predictions = JSON.parse(command("predict", run, "--data", join(folder, "new.csv"), "--format", "json"));
    const errors = predictions.map(({ y }: { y: number }, i: number) => Math.abs(y - (2 * [-0.5, 0, 0.5][i]! + 0.9)));
    expect(Math.max(...errors)).toBeLessThan(0.1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
