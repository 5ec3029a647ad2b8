import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireLock } from "../../runs/lock.ts";
import { followEvaluations } from "./evaluationsOf.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "followed-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const write = (): void => appendFileSync(join(run, "events.jsonl"), "{}\n");
const followed = () => {
  const told: string[] = [];
  const tell = (what: string) => async () => void told.push(what);
  return { told, follower: followEvaluations(run, { onBegin: tell("begin"), onEvaluation: tell("evaluation") }) };
};

test("what another process writes, which has the run's lock already, is not the beginning of this one", async () => {
  const others = acquireLock(run);
  const { told, follower } = followed();
  write();
  await follower.end();
  expect(told).toEqual([]);
  others.release();
});

test.each([true, false])(
  "a run begins when the process with a new lock writes (another had one: %s)",
  async (isHeld) => {
    const others = isHeld ? acquireLock(run) : null;
    const { told, follower } = followed();
    others?.release();
    const own = acquireLock(run);
    write();
    await follower.end();
    expect(told).toEqual(["begin"]);
    own.release();
  },
);
