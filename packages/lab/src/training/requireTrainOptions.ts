import type { PlainData } from "entropy-sgd";
import { shown } from "../printable.ts";
import type { TrainOptions } from "./train.ts";

/** Every option; a missing or misspelt name does not compile. */
const known: { readonly [Name in keyof Required<TrainOptions>]: true } = {
  budget: true,
  seed: true,
  innerSteps: true,
  sampling: true,
  signal: true,
  checkpoints: true,
  resume: true,
  optimizerName: true,
  preset: true,
  rollbacks: true,
  now: true,
};

/**
 * Checks names and words of the options of `train`, and that its outer boundaries are the optimizer's.
 *
 * @param state - a state of the optimizer; it carries the optimizer's options
 * @returns the gradients between two outer boundaries
 * @throws TypeError for an unknown name, RangeError for another word, or boundaries within an inner loop
 */
export function requireTrainOptions(options: TrainOptions, state: PlainData): number {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw new TypeError(`train: unknown option ${shown(unknown)}; the options are ${Object.keys(known).join(", ")}`);
  }
  const { sampling = "replacement", resume } = options;
  if (sampling !== "replacement" && sampling !== "permutation") {
    throw new RangeError(`train: sampling must be one of "replacement", "permutation", got ${shown(sampling)}`);
  }
  const own = innerStepsOf(state);
  const { innerSteps = own } = options;
  // Where a run goes on, other options than the state's are told by name.
  if (resume !== undefined || innerSteps % own === 0) return innerSteps;
  throw new RangeError(`train: innerSteps must be a multiple of the optimizer's ${own}, got ${shown(innerSteps)}`);
}

/** L of an optimizer with an inner loop, 1 for others. */
function innerStepsOf(state: PlainData): number {
  const options: unknown = typeof state === "object" && state !== null ? Reflect.get(state, "options") : null;
  const own: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "innerSteps") : null;
  return typeof own === "number" ? own : 1;
}
