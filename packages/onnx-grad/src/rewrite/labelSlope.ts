/**
 * The derivative of a mean cross-entropy over many classes, p − oneHot(labels) times one number c, with the number moved behind what
 * is computed of it: products and sums of a matrix of 4 million elements are smaller than the matrix, and a product takes c at no cost.
 *
 *   oneHot·f − p·f = (p − oneHot·(f/c))·(−c)        (D·c) B = (D B)·c        A (D·c) = (A D)·c
 *
 * for f = c but for the error of a label that is outside. With few classes the matrix is small and the form stays as it is written.
 */
import { sizeOf, type Value } from "../graph/value.ts";
import { add, mul, sub } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { oneHotTimes } from "./oneHotTimes.ts";
import { uniform } from "./stableForms.ts";

/** From this many classes on a pass over all of them is worth avoiding; with few a comparison with one-hots costs less. */
export const manyClasses = 1024;

/** oneHot(labels)·f − p·f as a multiple of p − oneHot(labels). */
export function factoredSlope(value: Value): Value | undefined {
  const [ones, product] = value.inputs as [Value, Value];
  const found = value.shape.at(-1)! < manyClasses ? undefined : oneHotTimes(ones);
  if (found === undefined || product.op !== "mul") return undefined;
  const { factor } = found;
  const [hot] = ones.inputs as [Value];
  const p = product.inputs.find((input) => input !== factor);
  const [a, b] = factor.inputs as [Value, Value];
  const c = uniform(a) ?? uniform(b);
  if (p === undefined || !product.inputs.includes(factor) || c === undefined || c === 0) return undefined;
  const check = uniform(a) === undefined ? a : b;
  const one = constant(new Array(sizeOf(factor.shape)).fill(1), factor.shape);
  return mul(sub(p, mul(hot, add(one, check))), constant(-c));
}

/** Whether `value` is p − oneHot(labels) over many classes, in its shape or another. */
export function isLabelSlope(value: Value): boolean {
  if (value.op === "reshape") return isLabelSlope(value.inputs[0]!);
  if (value.op !== "sub" || value.shape.at(-1)! < manyClasses) return false;
  return oneHotTimes(value.inputs[1]!) !== undefined;
}

/** D and c of D·c, for D = p − oneHot(labels). */
function scaledSlope(value: Value): readonly [slope: Value, factor: Value] | undefined {
  if (value.op !== "mul") return undefined;
  const [slope, factor] = value.inputs as [Value, Value];
  return factor.op === "constant" && factor.shape.length === 0 && isLabelSlope(slope) ? [slope, factor] : undefined;
}

/** The factor behind a reshape or a matrix product. */
export function factorBehind(value: Value): Value | undefined {
  if (value.op === "reshape") {
    const scaled = scaledSlope(value.inputs[0]!);
    return scaled && mul(reshape(scaled[0], value.shape), scaled[1]);
  }
  if (value.op !== "matmul") return undefined;
  const [a, b] = value.inputs as [Value, Value];
  const [ofA, ofB] = [scaledSlope(a), scaledSlope(b)];
  if (ofA !== undefined) return mul(matmul(ofA[0], b, value.attributes), ofA[1]);
  return ofB && mul(matmul(a, ofB[0], value.attributes), ofB[1]);
}
