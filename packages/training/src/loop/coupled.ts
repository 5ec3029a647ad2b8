/** The exchange of a run under way with the other replicas. */
import type { AnyState } from "entropy-sgd";
import { unlessInterrupted } from "../interruption.ts";
import { isCoupled, type MissingReplica, nameOfReplica } from "./replica.ts";
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
  if (shared.missing.length > 0) loop.incompleteMeans += 1;
  return true;
}

/** What to say of the last mean where it lacks other replicas than the one before; null for nothing. */
export function missingWords(
  { missing, options }: Pick<TrainingLoop<AnyState>, "missing" | "options">,
  before: readonly MissingReplica[],
): string | null {
  const numbers = (of: readonly MissingReplica[]): number[] => of.map(({ replica }) => replica);
  const [now, then] = [numbers(missing), numbers(before)];
  if (now.join() === then.join()) return null;
  const back = then.filter((number) => !now.includes(number)).map(nameOfReplica);
  if (missing.length === 0)
    return `the mean lacks nobody any more: ${back.join(", ")} ${back.length === 1 ? "is" : "are"} in it`;
  const each = missing.map((one) => `${nameOfReplica(one.replica)} (${whyMissing(one, options.replica?.index)})`);
  const rest = back.length === 0 ? "" : `, no longer ${back.join(", ")}`;
  return `the mean lacks ${each.join(", ")}${rest}; the others go on`;
}

function whyMissing({ replica, why, secondsAgo }: MissingReplica, own: number | undefined): string {
  if (replica === own) return "this one, which follows the others until it is among them";
  if (why === "ended") return "has ended";
  if (why === "behind") return "at work, but behind the others, or what it shared was refused";
  return secondsAgo === null ? "does not answer" : `does not answer, last heard of ${agoWords(secondsAgo)} ago`;
}

function agoWords(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
