/** Which runs are measured: what diverged, or has another run's weights, is told in one line. */
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { dataFolder, freshOut, run } from "./commandRunner.ts";

async function trained(...more: string[]): Promise<string> {
  const out = freshOut();
  const set = ["validation=100", "batchSize=50", "checkpointGradients=12"].flatMap((text) => ["--set", text]);
  await run([
    ...["train", "--network", "mlp-49-16-10", "--optimizer", "sgd", "--threads", "1", "--data", dataFolder()],
    ...[...set, "--out", out, ...more],
  ]);
  return out;
}

let [ended, other, diverged] = ["", "", ""];
beforeAll(async () => {
  ended = await trained("--budget", "2");
  other = await trained("--budget", "4", "--seed", "2");
  diverged = await trained("--budget", "2", "--set", "learningRate=1e30");
});

function copyOf(path: string, ...without: string[]): string {
  const copy = freshOut();
  cpSync(path, copy, { recursive: true });
  for (const name of without) rmSync(join(copy, name), { recursive: true });
  return copy;
}

const spectrum = (path: string) => run(["spectrum", path, "--steps", "3", "--examples", "50"]);

describe("a run that diverged", () => {
  test.each(["spectrum", "local-entropy", "slice"])("is refused by %s", async (name) => {
    expect(await run([name, diverged])).toMatchObject({
      code: 2,
      stderr: `error: ${diverged}: the run diverged, there is no solution to be measured\n`,
    });
  });

  test.each(["flatness", "robustness"])("is refused by %s", async (name) => {
    const { code, stderr } = await run([name, ended, diverged]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: [^\n]*the run diverged[^\n]*\n$/)]);
  });

  test("and was killed before its end event is no internal error", async () => {
    const { code, stderr } = await spectrum(copyOf(diverged, "seal.json"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: mlp-49-16-10: Hessian products are not finite at these weights/m);
  });
});

describe("a run without its seal", () => {
  test("is measured if a checkpoint has the same weights", async () => {
    const { code, stderr } = await spectrum(copyOf(ended, "seal.json"));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("not verified")]);
  });

  test("is not measured with weights that its checkpoint does not have, or that are of no evaluation", async () => {
    const own = copyOf(ended, "seal.json");
    const same = await trained("--budget", "2", "--seed", "3");
    copyFileSync(join(same, "weights.safetensors"), join(own, "weights.safetensors"));
    const { code, stderr } = await spectrum(own);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("is not the one in the checkpoint at the same gradient"),
    ]);
    copyFileSync(join(other, "weights.safetensors"), join(own, "weights.safetensors"));
    expect((await spectrum(own)).stderr).toMatch(
      /^error: .*weights\.safetensors: metadata: gradients must be those of one of the run's evaluations, found "\d+"\n$/,
    );
  });

  test("is reported as not verified if no file confirms its weights, also runs of earlier versions", async () => {
    const killed = copyOf(ended, "seal.json", "checkpoints");
    const older = copyOf(killed);
    const events = readFileSync(join(older, "events.jsonl"), "utf8");
    writeFileSync(join(older, "events.jsonl"), events.replaceAll(/,"sequence":\d+/g, ""));
    for (const path of [killed, older]) {
      const { code, stderr } = await spectrum(path);
      expect([code, stderr]).toEqual([0, expect.stringContaining("weights.safetensors: not verified, the run has no")]);
    }
  });
});
