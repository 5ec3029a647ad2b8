/** Replicas of one process that is killed: they go on from an outer step that all of them have, to the bits of a run that was not. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkpointsTogether } from "../src/experiments/parle/checkpointsTogether.ts";
import { commonStep, type Standing } from "../src/experiments/parle/commonStep.ts";
import { checkpointNames, intactCheckpoints, removeCheckpoint } from "../src/runs/checkpointFolder.ts";
import { readRun, weightsOf } from "../src/runs/readRun.ts";
import { removeSeal } from "../src/runs/seal.ts";
import { dataFolder, freshOut, run, small } from "./commandRunner.ts";

const program = fileURLToPath(new URL("./commandProcess.ts", import.meta.url));
const killer = new URL("./killBetweenCheckpoints.mjs", import.meta.url).href;
const args = (out: string): string[] => [
  ...["parle", ...small, "--data", dataFolder(), "--replicas", "2", "--budget", "2", "--threads", "1"],
  ...["--set", "innerSteps=5", "--set", "checkpointMinutes=1e-9", "--set", "keepBest=0", "--seed", "3", "--out", out],
];
const pathsIn = (out: string): string[] => [1, 2].map((n) => join(out, `replica-${n}`));
const weights = (out: string) => pathsIn(out).map((path) => weightsOf(path, readRun(path)));
const newest = (out: string) => pathsIn(out).map((path) => intactCheckpoints(path).intact.at(-1)?.outerSteps);

describe("replicas of one process", () => {
  const whole = freshOut();
  test("not killed", async () => {
    expect((await run(args(whole))).code).toBe(0);
  });
  const resumed = async (out: string): Promise<void> => {
    expect(await run(["resume", out])).toMatchObject({ code: 0 });
    expect(weights(out)).toEqual(weights(whole));
  };
  /** A copy of the whole run in which the second replica was killed before it had made the checkpoints from an outer step on. */
  const cutFrom = (outerSteps: number): string => {
    const out = freshOut();
    cpSync(whole, out, { recursive: true });
    const second = pathsIn(out)[1]!;
    for (const one of intactCheckpoints(second).intact) {
      if (one.outerSteps >= outerSteps) removeCheckpoint(second, one.name);
    }
    removeSeal(second);
    const events = join(second, "events.jsonl");
    const lines = readFileSync(events, "utf8").trimEnd().split("\n");
    writeFileSync(events, `${lines.slice(0, -1).join("\n")}\n`);
    return out;
  };

  test("killed when one has made a checkpoint and the other not yet", async () => {
    const out = freshOut();
    const child = spawn(process.execPath, ["--import", "tsx", "--import", killer, program, ...args(out)], {
      stdio: "ignore",
    });
    const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.on("close", (code, by) => resolve([code, by])),
    );
    expect([signal, newest(out)]).toEqual(["SIGKILL", [3, 2]]);
    await resumed(out);
  });

  test("killed when one had ended and the other had not made its last checkpoint", async () => {
    const last = newest(whole)[0]!;
    const out = cutFrom(last);
    expect(newest(out)).toEqual([last, last - 1]);
    await resumed(out);
    // Where the other has all it needs, the one that had ended stays.
    const atEnd = cutFrom(last + 1);
    const [first] = pathsIn(atEnd);
    const before = readFileSync(join(first!, "events.jsonl"));
    await resumed(atEnd);
    expect(readFileSync(join(first!, "events.jsonl"))).toEqual(before);
  });

  test("without any checkpoint of the other all begin anew; without an intact one they are refused", async () => {
    const out = cutFrom(0);
    expect(newest(out)[1]).toBeUndefined();
    const damaged = cutFrom(1e9);
    const second = pathsIn(damaged)[1]!;
    for (const name of checkpointNames(second)) writeFileSync(join(second, "checkpoints", name, "state.json"), "{}");
    const { code, stderr } = await run(["resume", damaged]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("has no outer step of which every replica has an intact"),
    ]);
    for (const name of checkpointNames(second)) rmSync(join(second, "checkpoints", name), { recursive: true });
    await resumed(damaged);
    await resumed(out);
  });
});

const at = (...steps: number[]): Standing => ({ steps, hasDamaged: false, endedAt: null });
const ended = (endedAt: number, ...steps: number[]): Standing => ({ ...at(...steps), endedAt });
const damaged = (...steps: number[]): Standing => ({ ...at(...steps), hasDamaged: true });

test.each<[Standing[], number | null]>([
  [[at(4, 6), at(6, 8)], 6],
  [[at(4, 6), at(4, 6), at(6, 6, 8)], 6],
  [[at(4, 6), at(), at(6, 8)], 0],
  [[at(), at()], 0],
  [[at(0), at(0)], 0],
  [[at(8, 9), ended(9, 8, 9)], 9],
  [[at(7, 8), ended(9, 8, 9)], 8],
  // One that diverged was in no mean from there on.
  [[at(7, 8), ended(3, 2, 3)], 8],
  [[at(1, 2), ended(3, 2, 3)], 2],
  [[at(1), ended(3)], 0],
  [[at(1, 2), damaged(3, 4)], null],
  [[at(1, 2), damaged()], null],
  [[at(), damaged(3)], 0],
])("%j go on from outer step %s", (standings, step) => {
  expect(commonStep(standings)).toBe(step);
});

test("checkpoints by request and by time are of the same outer step for all", () => {
  const requests = { count: 0 };
  const isDue = checkpointsTogether(null, requests);
  expect([isDue(0), isDue(0)]).toEqual([false, false]);
  requests.count = 1;
  // Asked for after the first has gone on without one: all take the next.
  expect([isDue(0), isDue(1), isDue(1), isDue(2)]).toEqual([false, true, true, false]);
  const always = checkpointsTogether(1e-9, undefined);
  expect([always(0), always(0), always(1)]).toEqual([true, true, true]);
});
