/**
 * Where the replicas of one process go on after a kill.
 *
 * Between two exchanges a replica's work depends on nothing of the others: states of all replicas with one number of outer steps,
 * wherever in their inner loops, go on to the bits of a run that was never killed. States of different numbers do not.
 */
import { InputError } from "entropy-sgd-training";
import { earlierResult } from "../../runner/resumeTraining.ts";
import { intactCheckpoints, type PlacedCheckpoint, removeCheckpoint } from "../../runs/checkpointFolder.ts";
import { writeEvents } from "../../runs/eventWriter.ts";
import type { LockHooks } from "../../runs/lease.ts";
import { readConfig } from "../../runs/readRun.ts";
import { holdRun } from "../../runs/runFolder.ts";
import { removeSeal } from "../../runs/seal.ts";

/** From where a replica can go on. */
export interface Standing {
  /** Outer steps of its intact checkpoints. */
  readonly steps: readonly number[];
  readonly hasDamaged: boolean;
  /** Outer steps before which it ended; null where it has not. */
  readonly endedAt: number | null;
}

/**
 * The newest number of outer steps from which all replicas can go on: each has a checkpoint of it, or had ended by then. Each can
 * begin anew, at 0. Null where there is nothing to go on with, or one of several replicas lost by damage what the others have.
 */
export function commonStep(standings: readonly Standing[]): number | null {
  const canGoOn = (at: number): boolean =>
    standings.every(({ steps, endedAt }) => steps.includes(at) || (endedAt !== null && endedAt <= at));
  const newest = Math.max(-1, ...standings.flatMap(({ steps }) => steps).filter(canGoOn));
  if (newest >= 0) return newest;
  return standings.some(({ steps, hasDamaged }) => steps.length === 0 && !hasDamaged) ? 0 : null;
}

/**
 * Takes the replicas in these folders back to the newest outer step that they have in common: checkpoints after it are removed,
 * and one that has ended after it goes on from there too. Does nothing where all have ended.
 *
 * @throws InputError where they have none, or another process writes one of them
 */
export async function goBackToCommonStep(out: string, paths: readonly string[], hooks: LockHooks): Promise<void> {
  const standings = paths.map(standingOf);
  if (standings.every(({ endedAt }) => endedAt !== null)) return;
  const step = commonStep(standings);
  if (step === null) {
    const rule =
      "has no outer step of which every replica has an intact checkpoint; without their checkpoints all begin anew";
    throw new InputError({ path: out, rule });
  }
  for (const standing of standings) await goBack(standing, step, hooks);
}

interface FoundStanding extends Standing {
  readonly path: string;
  /** Oldest first. */
  readonly intact: readonly PlacedCheckpoint[];
}

function standingOf(path: string): FoundStanding {
  const { intact, damaged } = intactCheckpoints(path);
  const steps = intact.map(({ outerSteps }) => outerSteps);
  const ended = earlierResult(path);
  const endedAt = ended === null ? null : Math.floor(ended.gradientEvaluations / readConfig(path).settings.innerSteps);
  return { path, intact, steps, hasDamaged: damaged > 0, endedAt };
}

async function goBack({ path, intact, endedAt }: FoundStanding, step: number, hooks: LockHooks): Promise<void> {
  const later = intact.filter(({ outerSteps }) => outerSteps > step);
  const isOpenedAgain = endedAt !== null && endedAt > step;
  if (later.length === 0 && !isOpenedAgain) return;
  const held = await holdRun(path, hooks);
  try {
    if (isOpenedAgain) {
      // Without its end it is a run that was killed.
      const events = intact.filter((one) => !later.includes(one)).at(-1)?.events ?? [];
      removeSeal(path);
      writeEvents(path, events, held.requireHeld);
    }
    for (const { name } of later) {
      held.requireHeld();
      removeCheckpoint(path, name);
    }
  } finally {
    held.release();
  }
}
