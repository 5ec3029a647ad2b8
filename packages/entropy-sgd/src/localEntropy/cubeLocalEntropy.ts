/** Local entropy of a function of binary weights, by summing over all configurations: no samples, no error but rounding. */
import { rangeError } from "../errors.ts";
import { checkedOptions, numberOption, type OptionTable } from "../options.ts";

/** Options of `cubeLocalEntropy`. */
export interface CubeLocalEntropyOptions {
  /** p: each weight of the neighbours is flipped with this probability, pn of n on average; in (0, 1/2]. */
  readonly flipProbability: number;
  /** β > 0. */
  readonly inverseTemperature: number;
}

const table: OptionTable<CubeLocalEntropyOptions> = {
  flipProbability: numberOption("(0, 0.5]"),
  inverseTemperature: numberOption("(0, ∞)"),
};

/**
 * Local entropy at every configuration of n binary weights:
 *
 *     F̃(c) = (1/β) log E exp(−β f(c'))
 *
 * over c' whose weights are those of c, each flipped with probability p: what `couplingEntropy` estimates with the flips in place of
 * a Gaussian. It is −f(c) for p → 0; larger is flatter. The weight p^d (1 − p)^(n − d) of a neighbour at Hamming distance d
 * is proportional to exp(−βγ'd) with βγ' = log((1 − p)/p): p is a scope.
 *
 * Shapes: `values` and the result (2ⁿ,), at configurations by their bits. Cost: n·2ⁿ products, one bit being flipped after the
 * other; no gradient. No randomness. Terms below 1e-308 of the largest are lost.
 *
 * @param values - f at every configuration
 * @throws TypeError or RangeError for a bad option; RangeError unless the number of values is a power of 2
 */
export function cubeLocalEntropy(values: Float64Array, options: CubeLocalEntropyOptions): Float64Array {
  const { flipProbability, inverseTemperature } = checkedOptions("cubeLocalEntropy", table, {}, options);
  const { length } = values;
  if (length < 1 || (length & (length - 1)) !== 0) {
    throw rangeError("cubeLocalEntropy", "values", "must be a power of 2 in number", length);
  }
  const lowest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const mean = values.map((value) => Math.exp(-inverseTemperature * (value - lowest)));
  for (let stride = 1; stride < length; stride *= 2) flipBit(mean, stride, flipProbability);
  return mean.map((value) => Math.log(value) / inverseTemperature - lowest);
}

/** Replaces each value by its mean over the flip of one bit. */
function flipBit(values: Float64Array, stride: number, flipProbability: number): void {
  const keep = 1 - flipProbability;
  for (let block = 0; block < values.length; block += 2 * stride) {
    for (let at = block; at < block + stride; at++) {
      const [low, high] = [values[at]!, values[at + stride]!];
      values[at] = keep * low + flipProbability * high;
      values[at + stride] = keep * high + flipProbability * low;
    }
  }
}
