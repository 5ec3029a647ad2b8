/** Binary weights ±1 as whole numbers: bit i of a configuration is 1 where weight i is +1. */
import { rangeError } from "../errors.ts";
import type { Vector } from "../types.ts";

/** The largest n whose 2ⁿ configurations are enumerated: 128 MiB of float64. */
const mostEnumeratedWeights = 24;

/** The configuration of the signs of x, shape (n,), n ≤ 24; the sign of 0 is +. */
export function configurationOf(x: Vector): number {
  requireEnumerable("configurationOf", x.length);
  let configuration = 0;
  for (let i = 0; i < x.length; i++) if (x[i]! >= 0) configuration |= 1 << i;
  return configuration;
}

/** The weights ±1 of a configuration, shape (n,): the inverse of `configurationOf`. */
export function weightsOf(configuration: number, numWeights: number): Float64Array {
  requireEnumerable("weightsOf", numWeights);
  return Float64Array.from({ length: numWeights }, (_, i) => ((configuration >> i) & 1 ? 1 : -1));
}

/** @throws RangeError, with `where` in front, unless all configurations of so many weights can be enumerated */
export function requireEnumerable(where: string, numWeights: number): void {
  if (!Number.isInteger(numWeights) || numWeights < 1 || numWeights > mostEnumeratedWeights) {
    throw rangeError(where, "numWeights", `must be an integer in [1, ${mostEnumeratedWeights}]`, numWeights);
  }
}
