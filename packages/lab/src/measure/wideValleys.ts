/**
 * The paper's first figure: local entropy concentrates on wide valleys, in one dimension.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), figure 2
 */
import { permutationInto, randomKey, uniformInto } from "entropy-sgd/random";

/** Points of the grid. */
const numPoints = 1000;
/** Where the wide and the sharp valley lie, with the width of the smoothing around them. */
const wideRange = [190, 410] as const;
const sharpRange = [790, 830] as const;

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
 * A rough landscape with a wide and a sharp, deeper valley, smoothed, and −F(i, γ) = −log Σ_x exp(−f(x) − γ(x − i)²/2).
 *
 * f = −10·U(0, 1) per point; −80 on 200 … 399; −200 on 800 … 819; 100 lower on a tenth of the points; then 5e-4 times the
 * convolution with a Gaussian window of 100 points, σ = 10. Cost: 10⁶ exponentials per scope. Randomness: a function of seed.
 */
export function wideValleys(seed: number, gammas: readonly number[] = wideValleyScopes): WideValleys {
  const loss = landscape(seed);
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

function landscape(seed: number): Float64Array {
  const rough = new Float64Array(numPoints);
  uniformInto(rough, { key: randomKey(seed, "wide-valleys", "height"), stream: 0, step: 0 });
  for (let x = 0; x < numPoints; x++) rough[x] = -Math.sqrt(100) * rough[x]!;
  rough.fill(-80, 200, 400);
  rough.fill(-200, 800, 820);
  const order = new Int32Array(numPoints);
  permutationInto(order, { key: randomKey(seed, "wide-valleys", "points"), stream: 0, step: 0 });
  for (const x of order.subarray(0, numPoints / 10)) rough[x] = rough[x]! - 100;
  // 'same' convolution: entry i of the result is entry i + 49 of the full one.
  const window = Float64Array.from({ length: 100 }, (_, k) => Math.exp(-0.5 * ((k - 49.5) / 10) ** 2));
  return Float64Array.from({ length: numPoints }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 100; k++) sum += window[k]! * (rough[i + 49 - k] ?? 0);
    return 5e-4 * sum;
  });
}

function atScope(loss: Float64Array, gamma: number): ScopeResult {
  const negativeLocalEntropy = Float64Array.from({ length: numPoints }, (_, i) => {
    let largest = Number.NEGATIVE_INFINITY;
    const exponent = (x: number): number => -loss[x]! - (gamma / 2) * (x - i) ** 2;
    for (let x = 0; x < numPoints; x++) largest = Math.max(largest, exponent(x));
    let sum = 0;
    for (let x = 0; x < numPoints; x++) sum += Math.exp(exponent(x) - largest);
    return -(largest + Math.log(sum));
  });
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
