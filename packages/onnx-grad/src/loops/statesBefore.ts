import type { Value } from "../graph/value.ts";
import { concat, reshape, slice } from "../ops/layout.ts";

/** The states before the steps from those after them, stacked: moved by one step, with the initial one before the first. */
export function statesBefore(initial: Value, after: Value, reverse: boolean): Value {
  const steps = after.shape[0]!;
  const first = reshape(initial, [1, ...initial.shape]);
  if (steps === 1) return first;
  const starts = [reverse ? 1 : 0, ...initial.shape.map(() => 0)];
  const others = slice(after, starts, [steps - 1, ...initial.shape]);
  return concat(reverse ? [others, first] : [first, others], 0);
}
