/** Which values of a step are computed before the loop, inside it and after it. */
import { inOrder } from "../graph/topological.ts";
import type { Value } from "../graph/value.ts";
import { input } from "../ops/leaves.ts";
import { overSteps } from "./batching.ts";
import type { OpenLoop } from "./openLoop.ts";

export interface LoopPlan {
  /** Whether a value depends on no leaf of the loop: it is the same at every step. */
  isInvariant(value: Value): boolean;
  /** Values that need no state, stacked over the steps. */
  readonly before: ReadonlyMap<Value, Value>;
  /** Values that are computed step by step; what is neither before nor inside is computed after. */
  readonly inside: ReadonlySet<Value>;
}

/** The plan of a loop of whose values `roots` are asked. */
export function planOf({ steps, sequences, states }: OpenLoop, roots: readonly Value[]): LoopPlan {
  const next = states.map((state) => state.next);
  const isState = new Set(states.map(({ leaf }) => leaf));
  const varying = new Set<Value>([...sequences.keys(), ...isState]);
  const before = new Map<Value, Value>(sequences);
  const alone: Value[] = [];
  for (const value of inOrder([...next, ...roots], ({ inputs }) => inputs)) {
    if (varying.has(value) || !value.inputs.some((input) => varying.has(input))) continue;
    varying.add(value);
    const operands = value.inputs.map((input) => ({
      value: before.get(input) ?? (varying.has(input) ? stackedLike(input, steps) : input),
      isStacked: varying.has(input),
    }));
    const stacked = overSteps(value, operands, steps);
    if (stacked === undefined) alone.push(value);
    else if (value.inputs.every((input) => before.has(input) || !varying.has(input))) before.set(value, stacked);
  }
  const isInside = (value: Value): boolean => varying.has(value) && !before.has(value) && !isState.has(value);
  const inside = inOrder([...next, ...alone].filter(isInside), ({ inputs }) => inputs.filter(isInside));
  return { isInvariant: (value) => !varying.has(value), before, inside: new Set(inside) };
}

/** Stands for the values of a step, stacked, where only shapes are asked. */
const stackedLike = ({ shape, dtype }: Value, steps: number): Value => input("stacked", [steps, ...shape], dtype);
