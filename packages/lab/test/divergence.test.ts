import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshOut, run, trainArgs } from "./commandRunner.ts";

test("train ends with 3 if the training loss is above a uniform guess's, and all outputs say that the run diverged", async () => {
  const out = freshOut();
  const args = ["--optimizer", "sgd", "--budget", "10", "--set", "learningRate=100"];
  const { code, stdout, stderr } = await run(trainArgs(out, ...args));
  expect(code).toBe(3);
  expect(stdout).toContain("0 of 1 (1 diverged)");
  expect(stderr).toMatch(/warning: training is unstable: .*; try a smaller learningRate\n/);
  expect(stderr).toMatch(/diverged: the training loss is [\d.]+, above that of a guess without the inputs/);
  expect((await run(["runs", "list", out])).stdout).toContain("diverged");
  const shown = await run(["runs", "show", out, "--json"]);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    status: "diverged",
    result: { reason: "diverged", testError: null },
  });
  const page = readFileSync(join(out, "report.html"), "utf8");
  expect(page).toContain("1 of 1 runs diverged and have no part in the means.");
  expect(page).toMatch(/<h2>Warnings<\/h2>\n<ul><li>[^<]*gradient \d+: training /);
  // It has ended: resuming tells the same again.
  expect((await run(["resume", out])).code).toBe(3);
});
