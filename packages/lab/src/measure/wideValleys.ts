/**
 * The paper's first figure: local entropy concentrates on wide valleys, in one dimension.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), figure 2
 */
import { gridLocalEntropy } from "entropy-sgd/landscape";
import { roughValleys, valleyRanges } from "entropy-sgd/planted";

const { wide: wideRange, sharp: sharpRange } = valleyRanges;

/** Scopes of the figure; at the largest −F may still have its minimum in the sharp valley. */
const wideValleyScopes: readonly number[] = [3e-3, 1e-3, 5e-5];

/** Negative local entropy on the grid at one scope. */
export interface ScopeResult {
  readonly gamma: number;
  /** −F(i, γ), shape (1000,). */
  readonly negativeLocalEntropy: Float64Array;
  /** Grid index of the minimum of −F. */
  readonly minimizer: number;
  /** Minimum of −F over 790 … 830. */
  readonly heightAtSharp: number;
  /** Minimum of −F over 190 … 410. */
  readonly heightAtWide: number;
}

/** The landscape of a seed and its local entropy. */
export interface WideValleys {
  readonly seed: number;
  /** f on the grid, shape (1000,). */
  readonly loss: Float64Array;
  readonly minimizerOfLoss: number;
  readonly scopes: readonly ScopeResult[];
}

/**
 * The rough landscape of a seed, and −F(i, γ) = −log Σ_x exp(−f(x) − γ(x − i)²/2) on its points.
 *
 * Cost: 10⁶ exponentials per scope. Randomness: a function of seed.
 */
export function wideValleys(seed: number, gammas: readonly number[] = wideValleyScopes): WideValleys {
  const loss = roughValleys(seed);
  return { seed, loss, minimizerOfLoss: argmin(loss), scopes: gammas.map((gamma) => atScope(loss, gamma)) };
}

/** Whether a grid index lies in the wide valley. */
export function inWideValley(index: number): boolean {
  return index >= wideRange[0] && index <= wideRange[1];
}

/** Whether a grid index lies in the sharp valley. */
export function inSharpValley(index: number): boolean {
  return index >= sharpRange[0] && index <= sharpRange[1];
}

function atScope(loss: Float64Array, gamma: number): ScopeResult {
  const negativeLocalEntropy = gridLocalEntropy(loss, { scope: gamma });
  const lowest = ([from, to]: readonly [number, number]): number =>
    Math.min(...negativeLocalEntropy.subarray(from, to + 1));
  return {
    gamma,
    negativeLocalEntropy,
    minimizer: argmin(negativeLocalEntropy),
    heightAtSharp: lowest(sharpRange),
    heightAtWide: lowest(wideRange),
  };
}

function argmin(values: Float64Array): number {
  return values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);
}
