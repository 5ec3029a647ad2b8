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
  const mean = await unlessInterrupted(() => replica.exchange(z as Float32Array, outerSteps, signal));
  if (mean === null) return false;
  loop.state = optimizer.couple(mean, state);
  return true;
}
