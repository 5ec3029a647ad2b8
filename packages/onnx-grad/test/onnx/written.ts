/** Networks written as ONNX models and run by a plain session of ONNX Runtime. */
import * as ort from "onnxruntime-node";
import * as g from "../../src/index.ts";
import { initialiseInto, type Network, type Parameter } from "../../src/layers.ts";
import type { EvaluationNetwork } from "../../src/onnx.ts";

/** Numbers in [−1, 1) that look random; of a small linear congruential generator. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Weights as layers initialise them, from those numbers. */
export function someWeights({ parameters, numParams }: Pick<Network, "parameters" | "numParams">): Float32Array {
  let seed = 1;
  const weights = new Float32Array(numParams);
  const uniformInto = (out: Float32Array): void => out.set(numbers(out.length, seed++).map((x) => (x + 1) / 2));
  const normalInto = (out: Float32Array): void => out.set(numbers(out.length, seed++));
  initialiseInto(weights, parameters, { uniformInto, normalInto });
  // Scales and shifts that are not 1 and 0.
  for (const { block } of parameters) {
    if (block.kind !== "normalization") continue;
    const own = weights.subarray(block.offset, block.offset + g.sizeOf(block.shape));
    own.set(numbers(own.length, seed++).map((x, i) => own[i]! + x / 4));
  }
  return weights;
}

/** Means and positive variances for a network's batch norms. */
export function someStatistics({ runningStatistics }: EvaluationNetwork): Record<string, Float32Array> {
  return Object.fromEntries(
    runningStatistics.flatMap(({ name, mean }, i) => {
      const size = g.sizeOf(mean.shape);
      return [
        [`${name}.mean`, numbers(size, 50 + i)],
        [`${name}.variance`, numbers(size, 80 + i).map((x) => 1.5 + x)],
      ];
    }),
  );
}

/** The feeds of parameters. */
export function parameterFeeds(parameters: readonly Parameter[], weights: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(
    parameters.map(({ block: { name, shape, offset } }) => [name, weights.subarray(offset, offset + g.sizeOf(shape))]),
  );
}

/** What a plain session gives for inputs by name, each output in order. */
export async function runPlain(
  bytes: Uint8Array,
  inputs: Readonly<
    Record<string, { readonly shape: g.Shape; readonly data: ArrayLike<number>; readonly integer?: boolean }>
  >,
): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feeds = Object.entries(inputs).map(([name, { shape, data, integer }]) => [
    name,
    integer
      ? new ort.Tensor(
          "int64",
          BigInt64Array.from(data as ArrayLike<number> & Iterable<number>, (x) => BigInt(x)),
          shape,
        )
      : new ort.Tensor("float32", Float32Array.from(data), shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  const found = session.outputNames.map((name) => results[name]!.data as Float32Array);
  await session.release();
  return found;
}

/** The largest difference of two lists, relative to the largest element of the second. */
export function distance(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const largest = Array.from(wanted).reduce((max, x) => Math.max(max, Math.abs(x)), 1e-30);
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Array.from(wanted).reduce((max, x, i) => Math.max(max, Math.abs(x - got[i]!)), 0) / largest;
}
