/** The exchange of a run under way with the other replicas. */
import type { AnyState } from "entropy-sgd";
import { unlessInterrupted } from "../interruption.ts";
import { isCoupled } from "./replica.ts";
import type { TrainingLoop } from "./trainingLoop.ts";

/** Exchanges if the outer step waits for it. Returns whether it is made: a signal may come first. */
export async function coupled<S extends AnyState>(loop: TrainingLoop<S>): Promise<boolean> {
  const { optimizer, options, state } = loop;
  const { replica, signal } = options;
  if (!isCoupled(optimizer) || replica === undefined) return true;
  const z = optimizer.contribution(state);
  if (z === null) return true;
  // States made by `init` from float32 parameters hold float32 vectors.
  const { outerSteps } = state.progress;
  const shared = await unlessInterrupted(() => replica.exchange(z as Float32Array, outerSteps, signal));
  if (shared === null) return false;
  loop.state = optimizer.couple(shared.mean, state);
  loop.missing = shared.missing;
  if (shared.missing > 0) loop.incompleteMeans += 1;
  return true;
}

/** What to say of the last mean where it lacked other replicas than the one before; null for nothing. */
export function missingWords({ missing }: { readonly missing: number }, before: number): string | null {
  if (missing === before || missing === 0) return null;
  const who = missing === 1 ? "1 replica is" : `${missing} replicas are`;
  return `${who} not in the mean: each has ended, does not answer, or comes from behind; the others go on`;
}
