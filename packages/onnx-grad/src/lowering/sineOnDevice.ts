/**
 * Sine and cosine by arithmetic: those of a graphics processor are only required to be within 2⁻¹¹ (WGSL's specification).
 *
 *   sin x = (−1)ᵏ·sin r,   r = x − k·π,         k = ⌊x/π + ½⌋
 *   cos x = −(−1)ᵏ·sin r,  r = x − (k + ½)·π,   k = ⌊x/π⌋          sin r = r − r³/3! + … − r¹¹/11!,  |r| ≤ π/2
 *
 * What is left out of the series is below 6e-8 of it. π is taken in three parts of which k times the first two are exact for
 * |x| up to 10⁴.
 */
import type { LoweringContext } from "./loweringContext.ts";

const high = 201 / 64;
const middle = Math.floor((Math.PI - high) * 2 ** 21) / 2 ** 21;
const partsOfPi = [high, middle, Math.PI - high - middle];

/** 1/1!, −1/3!, … −1/11!. */
const coefficients = [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800];

export function sine(x: string, context: LoweringContext): string {
  return signed(x, 0, context);
}

export function cosine(x: string, context: LoweringContext): string {
  return context.graph.node("Neg", [signed(x, 0.5, context)]);
}

/** (−1)ᵏ·sin(x − (k + quarter)·π) with k = ⌊x/π + ½ − quarter⌋. */
function signed(x: string, quarter: number, { graph }: LoweringContext): string {
  const number = (value: number): string => graph.floats([value], []);
  const add = (a: string, b: number): string => (b === 0 ? a : graph.node("Add", [a, number(b)]));
  const times = (a: string, b: number): string => graph.node("Mul", [a, number(b)]);
  const k = graph.node("Floor", [add(times(x, 1 / Math.PI), 0.5 - quarter)]);
  const turns = add(k, quarter);
  const r = partsOfPi.reduce((rest, part) => graph.node("Sub", [rest, times(turns, part)]), x);
  const square = graph.node("Mul", [r, r]);
  const factor = coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => add(graph.node("Mul", [sum, square]), c), number(coefficients.at(-1)!));
  const isOdd = graph.node("Sub", [k, times(graph.node("Floor", [times(k, 0.5)]), 2)]);
  return graph.node("Mul", [graph.node("Mul", [r, factor]), add(times(isOdd, -2), 1)]);
}
