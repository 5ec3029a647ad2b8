/**
 * The values of a loop over all its steps.
 *
 * Only what must be done step by step stays in the loop, which is what the next states need of the states before. What needs no
 * state is computed for all steps at once before it, what no state needs after it.
 */
import type { Value } from "../graph/value.ts";
import { broadcastTo, reshape, slice } from "../ops/layout.ts";
import { overSteps } from "./batching.ts";
import { closeLoop } from "./closedLoop.ts";
import { withKnownStates } from "./knownStates.ts";
import type { OpenLoop } from "./openLoop.ts";
import { planOf } from "./plan.ts";
import { regroup } from "./regroup.ts";
import { statesBefore } from "./statesBefore.ts";

/** What can be asked of a loop: values of its step, of all steps. */
export interface StackedValues {
  readonly loop: OpenLoop;
  /** What was asked, in the form in which it is computed. */
  readonly roots: readonly Value[];
  /** [steps × …] in the order of the slices. */
  stacked(value: Value): Value;
  /** Whether a value is the same at every step. */
  isInvariant(value: Value): boolean;
  /** State `index` after the last step. */
  final(index: number): Value;
}

/** The values of a loop of which `asked` and values that these depend on are asked. Nothing is computed for the others. */
export function runLoop(written: OpenLoop, asked: readonly Value[]): StackedValues {
  const kept = withKnownStates(written, asked);
  const { loop, roots } = regroup(kept.loop, kept.asked);
  const { steps, reverse, states } = loop;
  const plan = planOf(loop, roots);
  const output = closeLoop(loop, plan);
  const known = new Map<Value, Value>(plan.before);

  function computed(value: Value): Value {
    if (plan.isInvariant(value)) return broadcastTo(value, [steps, ...value.shape]);
    const state = states.findIndex(({ leaf }) => leaf === value);
    if (state >= 0) return statesBefore(states[state]!.initial, stacked(states[state]!.next), reverse);
    if (plan.inside.has(value)) return output(value);
    const operands = value.inputs.map((input) => {
      const isStacked = !plan.isInvariant(input);
      return { value: isStacked ? stacked(input) : input, isStacked };
    });
    return overSteps(value, operands, steps)!;
  }

  function stacked(value: Value): Value {
    const result = known.get(value) ?? computed(value);
    known.set(value, result);
    return result;
  }

  return {
    loop,
    roots,
    stacked,
    isInvariant: plan.isInvariant,
    final(index) {
      const { initial, next } = states[index]!;
      const starts = [reverse ? 0 : steps - 1, ...initial.shape.map(() => 0)];
      return reshape(slice(stacked(next), starts, [1, ...initial.shape]), initial.shape);
    },
  };
}
