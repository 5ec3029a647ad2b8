/** Deterministic numbers and scalars for tests of derivatives and lowerings. */
import * as g from "../src/index.ts";
import type { Sample } from "./cases.ts";

/** A small linear congruential generator: test inputs only. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Inputs of a sample inside its domain. */
export function points(sample: Sample, seed: number): Float64Array[] {
  const next = numbers(seed);
  const total = sample.shapes.reduce((sum, shape) => sum + g.sizeOf(shape), 0);
  // Distinct multiples of 0.05, none zero, in random order and sign.
  const ranks = Array.from({ length: total }, (_, i) => ({ i, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i);
  let used = 0;
  return sample.shapes.map((shape) =>
    Float64Array.from({ length: g.sizeOf(shape) }, () => {
      if (sample.domain === "any") return 4 * next() - 2;
      if (sample.domain === "positive") return 0.5 + 1.5 * next();
      return (next() < 0.5 ? -1 : 1) * 0.05 * (1 + ranks[used++]!);
    }),
  );
}

/** The scalar Σ r·y + ½ Σ r·y² with fixed random r: second derivatives of linear primitives do not vanish. */
export function scalarOf(y: g.Value, seed: number): g.Value {
  const next = numbers(seed ^ 0x5bd1e995);
  const r = g.constant(
    Array.from({ length: g.sizeOf(y.shape) }, () => 2 * next() - 1),
    y.shape,
  );
  return g.reduceSum(g.mul(r, g.add(y, g.mul(g.constant(0.5), g.mul(y, y)))));
}

/** All numbers of some arrays, one after another. */
export function flat(arrays: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => Array.from(array)));
}

/** A number from `next`, less 0.3, for every element of every float input that `outputs` depend on. */
export function feedsOf(outputs: readonly g.Value[], next: () => number): Record<string, Float64Array> {
  const feeds: Record<string, Float64Array> = {};
  for (const value of g.topological(outputs)) {
    if (value.op !== "input" || value.dtype !== "float32") continue;
    feeds[value.attributes.name] = Float64Array.from({ length: g.sizeOf(value.shape) }, () => next() - 0.3);
  }
  return feeds;
}
