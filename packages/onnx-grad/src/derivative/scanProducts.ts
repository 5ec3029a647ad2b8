/** The derivative of a loop: a loop in the other direction, whose states are the derivatives in the states. */
import type { Node, Value } from "../graph/value.ts";
import { forwardLoop, openForward } from "../loops/forwardLoop.ts";
import { type OpenLoop, stepLeaf } from "../loops/openLoop.ts";
import { runLoop } from "../loops/runLoop.ts";
import { summedOverSteps } from "../loops/sums.ts";
import { broadcastTo } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";

/** Adjoints of `wrt` from those of values that depend on them; undefined where there is no path. */
export type PullBack = (
  seeds: readonly (readonly [value: Value, adjoint: Value])[],
  wrt: readonly Value[],
) => readonly (Value | undefined)[];

/**
 * For each input of a loop the product of `adjoints`, those of its values, with the derivatives in it.
 *
 * `members` are values of one loop. Weights' derivatives are summed after the loop, as products over all steps.
 */
export function scanProducts(
  members: readonly Node<"scan">[],
  adjoints: readonly (Value | undefined)[],
  wanted: readonly boolean[],
  pullBack: PullBack,
): readonly (Value | undefined)[] {
  const forward = forwardLoop(members);
  const { inputs, arguments: leaves, next, outputs, numSequences } = forward;
  const stepAdjoints = new Map<Value, Value>();
  const seeds: [Value, Value][] = [];
  outputs.forEach((output, i) => {
    const adjoint = adjoints[i];
    if (adjoint === undefined) return;
    const leaf = stepLeaf(output.shape, "float32");
    stepAdjoints.set(leaf, adjoint);
    seeds.push([output, leaf]);
  });
  const stateAt = next.map((_, i) => numSequences + i);
  const smooth = stateAt.filter((at) => inputs[at]!.dtype === "float32");
  const stateLeaves = smooth.map((at) => stepLeaf(inputs[at]!.shape, "float32"));
  smooth.forEach((at, i) => {
    seeds.push([next[at - numSequences]!, stateLeaves[i]!]);
  });
  const asked = inputs.flatMap((_, at) => ((wanted[at] || smooth.includes(at)) && leaves[at] ? [at] : []));
  const found = pullBack(
    seeds,
    asked.map((at) => leaves[at]!),
  );
  const { opened, sequences } = openForward(
    forward,
    found.filter((value) => value !== undefined),
  );
  const adjointOf = (at: number): Value | undefined => {
    const value = found[asked.indexOf(at)];
    return value && opened(value);
  };
  const zeros = (at: number): Value => broadcastTo(constant(0), inputs[at]!.shape);
  const loop: OpenLoop = {
    steps: forward.steps,
    reverse: !forward.reverse,
    sequences: new Map([...stepAdjoints, ...sequences]),
    states: smooth.map((at, i) => ({ leaf: stateLeaves[i]!, initial: zeros(at), next: adjointOf(at) ?? zeros(at) })),
  };
  const isState = (at: number): boolean => stateAt.includes(at);
  const others = asked.filter((at) => !isState(at) && adjointOf(at) !== undefined);
  const values = runLoop(
    loop,
    others.map((at) => adjointOf(at)!),
  );
  return inputs.map((_, at) => {
    if (!wanted[at]) return undefined;
    if (isState(at)) return smooth.includes(at) ? values.final(smooth.indexOf(at)) : undefined;
    const adjoint = values.roots[others.indexOf(at)];
    if (adjoint === undefined) return undefined;
    return at < numSequences ? values.stacked(adjoint) : summedOverSteps(adjoint, values);
  });
}
