/** Loops over the steps of sequences. */
import { rangeError } from "../graph/errors.ts";
import { optionRules, requireOptions, requireValues } from "../graph/requirements.ts";
import { placeOf, shapeError } from "../graph/shapeError.ts";
import { sameShape, type Value } from "../graph/value.ts";
import { type OpenLoop, stepLeaf } from "../loops/openLoop.ts";
import { runLoop } from "../loops/runLoop.ts";

/** What a step gives. */
export interface ScanStep {
  /** The states after the step, of the shapes of those before it. */
  readonly states?: readonly Value[];
  /** What is stacked over the steps. */
  readonly outputs?: readonly Value[];
}

/** Options of `scan`. */
export interface ScanOptions {
  /** [steps × …] each: a step sees one slice of each. At least one. */
  readonly sequences: readonly Value[];
  /** The states before the first step. */
  readonly states?: readonly Value[];
  /** Begin with the last slice; results stay in the order of the slices. Default false. */
  readonly reverse?: boolean;
  readonly label?: string;
}

/** What a loop gives. */
export interface ScanResult {
  /** After the last step. */
  readonly states: readonly Value[];
  /** [steps × …] each. */
  readonly outputs: readonly Value[];
}

const listOfValues = { rule: "a list of values", holds: (value: unknown): boolean => Array.isArray(value) };
const rules = {
  sequences: { ...listOfValues, required: true as const },
  states: listOfValues,
  reverse: optionRules.flag,
  label: optionRules.text,
};

/**
 * A loop: `step` is called once, with values that stand for a slice of each sequence and for the states before a step, and gives the
 * states after it and what is stacked over the steps. Any other value may be used in it too, weights above all.
 *
 * s₀ = states, (sₜ, yₜ) = step(xₜ, sₜ₋₁) → s_T and [y₁ … y_T]. What needs no state is computed for all steps at once, as one matrix
 * product say, and so are the gradients in weights. The derivative is a loop in the other direction and can be differentiated again.
 * Cost: that of the step times the number of steps; gradients keep the step's values of all steps.
 *
 * @throws TypeError or RangeError for sequences of other lengths or states that change their shape
 */
export function scan(
  step: (slices: readonly Value[], states: readonly Value[]) => ScanStep,
  options: ScanOptions,
): ScanResult {
  requireOptions("scan", options, rules);
  const { sequences, states = [], reverse = false, label } = options;
  requireValues("scan", label, [...sequences, ...states]);
  const steps = sequences[0]?.shape[0];
  if (steps === undefined || sequences.some(({ shape }) => shape[0] !== steps)) {
    const shapes = sequences.map(({ shape }) => shape);
    throw shapeError("scan", label, "there must be sequences of one length, [steps × …]", shapes);
  }
  const slices = sequences.map(({ shape, dtype }) => stepLeaf(shape.slice(1), dtype));
  const leaves = states.map(({ shape, dtype }) => stepLeaf(shape, dtype));
  const { states: next = [], outputs = [] } = step(slices, leaves);
  requireValues("scan", label, [...next, ...outputs]);
  requireStates(label, states, next);
  const loop: OpenLoop = {
    steps,
    reverse,
    sequences: new Map(slices.map((slice, i) => [slice, sequences[i]!] as const)),
    states: states.map((initial, i) => ({ leaf: leaves[i]!, initial, next: next[i]! })),
  };
  const values = runLoop(loop, outputs);
  return {
    states: states.map((_, i) => values.final(i)),
    outputs: values.roots.map((output) => values.stacked(output)),
  };
}

function requireStates(label: string | undefined, before: readonly Value[], after: readonly Value[]): void {
  if (after.length !== before.length)
    throw rangeError(placeOf("scan", label), "states", `must be ${before.length} after a step too`, after.length);
  const wrong = after.findIndex(
    ({ shape, dtype }, i) => !sameShape(shape, before[i]!.shape) || dtype !== before[i]!.dtype,
  );
  if (wrong >= 0)
    throw shapeError("scan", label, `state ${wrong} must keep its shape and dtype`, [
      before[wrong]!.shape,
      after[wrong]!.shape,
    ]);
}
