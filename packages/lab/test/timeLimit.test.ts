import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshOut, run, trainArgs } from "./commandRunner.ts";

/** The abort of `AbortSignal.timeout`, at a place of the run that does not depend on the machine. */
const timeIsUp = new DOMException("the time limit was reached", "TimeoutError");
const resultIn = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

test("a run that was stopped at its time limit goes on to the bits of one that was not", async () => {
  const [whole, halted] = [freshOut(), freshOut()];
  const args = (out: string) => trainArgs(out, "--optimizer", "sgd", "--budget", "3", "--json");
  expect((await run(args(whole))).code).toBe(0);
  const stopped = await run(args(halted), { stopAt: "epoch 1.7", stopBy: timeIsUp });
  expect(stopped.code).toBe(124);
  expect(stopped.stderr).toContain("stopped at the time limit, after 20 gradients");
  expect(stopped.stderr).toContain(`npx entropy-sgd resume ${halted} goes on`);
  expect(resultIn(stopped.stdout)).toMatchObject({ reason: "time", interrupted: true, gradientEvaluations: 20 });

  const listed = await run(["runs", "list", halted, "--where", "reason=time"]);
  expect(listed.stdout).toContain("interrupted (time)");

  const resumed = await run(["resume", halted, "--json"]);
  expect(resumed.code).toBe(0);
  expect(resultIn(resumed.stdout)).toMatchObject({ reason: "budget", interrupted: false, gradientEvaluations: 40 });
  const weights = (out: string) => readFileSync(join(out, "weights.safetensors"));
  expect(weights(halted).equals(weights(whole))).toBe(true);
});

test("--max-minutes ends a run that would go on, each call has its own limit, config.json has none", async () => {
  const out = freshOut();
  const limit = ["--max-minutes", "0.001", "--json"];
  const began = await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1e6", ...limit));
  const wentOn = await run(["resume", out, ...limit]);
  for (const { code, stdout } of [began, wentOn]) {
    expect(code).toBe(124);
    expect(resultIn(stdout)).toMatchObject({ reason: "time", interrupted: true });
  }
  expect(readFileSync(join(out, "config.json"), "utf8")).not.toContain("0.001");
});

test("an experiment that was stopped at its time limit goes on", async () => {
  const out = freshOut();
  const args = trainArgs(out, "--budget", "2", "--optimizers", "sgd,adam", "--seeds", "1", "--json");
  const stopped = await run(["compare", ...args.slice(1)], { stopAt: "epoch 1.7", stopBy: timeIsUp });
  expect(stopped.code).toBe(124);
  const resumed = await run(["resume", out, "--json"]);
  expect(resumed.code).toBe(0);
  expect(resultIn(resumed.stdout)).toMatchObject({ runs: [{ reason: "budget" }, { reason: "budget" }], failed: [] });
});

test.each(["0", "-1", "soon", "40000"])("refuses %s minutes", async (text) => {
  const { code, stderr } = await run(trainArgs(freshOut(), "--budget", "1", "--max-minutes", text));
  expect(code).toBe(2);
  expect(stderr).toContain("--max-minutes");
});
