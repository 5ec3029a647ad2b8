import { inputsByName } from "../graph/inputs.ts";
import { requireOneOf } from "../graph/requirements.ts";
import { topological } from "../graph/topological.ts";
import { type OpName, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { operandsOfActivation } from "../ops/activations.ts";
import { activationOps, add, mul } from "../ops/elementwise.ts";
import { constant, input } from "../ops/leaves.ts";
import { rebuild } from "./rebuild.ts";

/** How noise z enters an activation y: y + z, or y·(1 + z). */
export type NoiseEntry = "added" | "multiplied";

/** A noise input of the rewritten graph, `activation0.noise` and so on in the order of the graph, or longer where taken. */
export interface NoiseInput {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
}

const primitives: ReadonlySet<OpName> = new Set(activationOps);

/** The values that composed activations consist of, their results left out: a relu among them is no activation of its own. */
function innerValues(outputs: readonly Value[]): ReadonlySet<Value> {
  const inner = new Set<Value>();
  for (const y of topological(outputs)) {
    const operands = operandsOfActivation(y);
    const stack = operands === undefined ? [] : [...y.inputs];
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (operands!.includes(value) || inner.has(value)) continue;
      inner.add(value);
      stack.push(...value.inputs);
    }
  }
  return inner;
}

/**
 * The same graph with a noise input behind every activation, the primitives relu, tanh, sigmoid and those composed of others such as
 * `gelu` and `silu`; with zeros there it has the same values. The activations inside a loop have none, such as the gates of an LSTM.
 *
 * The outputs are as the functions of activations gave them: a graph made by `optimise` has lost which values those are.
 */
export function withActivationNoise(
  outputs: readonly Value[],
  entry: NoiseEntry,
): { readonly outputs: Value[]; readonly noise: readonly NoiseInput[] } {
  requireOneOf("withActivationNoise", "entry", entry, ["added", "multiplied"] satisfies NoiseEntry[]);
  const taken = inputsByName("withActivationNoise", outputs);
  const noise: NoiseInput[] = [];
  const inner = innerValues(outputs);
  const outer = new Set(topological(outputs));
  const noisy = rebuild(outputs, (value, original) => {
    const isActivation = primitives.has(value.op) || operandsOfActivation(original) !== undefined;
    if (!isActivation || inner.has(original) || !outer.has(original)) return undefined;
    let name = `activation${noise.length}.noise`;
    while (taken.has(name)) name += "_";
    const { shape } = value;
    noise.push({ name, shape, size: sizeOf(shape) });
    const z = input(name, shape);
    return entry === "added" ? add(value, z) : mul(value, add(z, constant(1)));
  });
  return { outputs: noisy, noise };
}
