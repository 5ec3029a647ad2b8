import { inputsByName } from "../graph/inputs.ts";
import { requireOneOf } from "../graph/requirements.ts";
import { type OpName, type Shape, sizeOf, type Value } from "../graph/value.ts";
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

const activations: ReadonlySet<OpName> = new Set(activationOps);

/** The same graph with a noise input behind every activation (relu, tanh, sigmoid); with zeros there it has the same values. */
export function withActivationNoise(
  outputs: readonly Value[],
  entry: NoiseEntry,
): { readonly outputs: Value[]; readonly noise: readonly NoiseInput[] } {
  requireOneOf("withActivationNoise", "entry", entry, ["added", "multiplied"] satisfies NoiseEntry[]);
  const taken = inputsByName("withActivationNoise", outputs);
  const noise: NoiseInput[] = [];
  const noisy = rebuild(outputs, (value) => {
    if (!activations.has(value.op)) return undefined;
    let name = `activation${noise.length}.noise`;
    while (taken.has(name)) name += "_";
    const { shape } = value;
    noise.push({ name, shape, size: sizeOf(shape) });
    const z = input(name, shape);
    return entry === "added" ? add(value, z) : mul(value, add(z, constant(1)));
  });
  return { outputs: noisy, noise };
}
