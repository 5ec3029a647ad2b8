/**
 * The share of eigenvalues near zero, between bounds that hold whatever the spectrum is between the nodes.
 *
 * @see Golub, Meurant 2010, "Matrices, moments and quadrature with applications", sections 6.2 and 6.3 (Gauss and Radau)
 */
import { rangeError } from "../errors.ts";
import type { SpectralDensity, SpectralProbe } from "./spectralDensity.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";

/** The share of eigenvalues nearer to zero than a threshold. */
export interface NearZeroShare {
  readonly threshold: number;
  /** The middle between the quadrature's bounds. */
  readonly share: number;
  /** 95 %: the quadrature's bounds, and beyond them the sampling error of the probes. */
  readonly interval: readonly [low: number, high: number];
  /** Half the distance of the quadrature's bounds: what more Lanczos steps would make smaller, and more probes would not. */
  readonly quadratureError: number;
  /** Whether the interval is at most `widestResolved` wide; otherwise the share means little. */
  readonly resolved: boolean;
}

/** Ten points of percentage. */
const widestResolved = 0.1;
const quantile = 1.959963984540054;

/**
 * The mass at |λ| < threshold.
 *
 * Each probe's run bounds the mass of its own measure on either side of any point x: the weights of a Radau rule with a node at
 * x add up to at most the mass below x without x's weight, and to at least it with (Chebyshev, Markov, Stieltjes). Points are
 * moved by the run's arithmetic error. Over probes of random signs a share p has a variance of at most 2·min(p, 1 − p)/n each. Cost: O(m²) per probe.
 *
 * @throws RangeError unless the threshold is in (0, ∞)
 */
export function nearZeroShare({ probes, dimension }: SpectralDensity, threshold: number): NearZeroShare {
  if (!(threshold > 0 && threshold < Number.POSITIVE_INFINITY)) {
    throw rangeError("nearZeroShare", "threshold", "must be in (0, ∞)", threshold);
  }
  let [low, high] = [0, 0];
  for (const probe of probes) {
    const slack = probe.arithmeticError;
    if (!Number.isFinite(slack)) {
      // An aborted run, whose arithmetic was not measured.
      high += 1 / probes.length;
      continue;
    }
    const inner = threshold - slack;
    const outer = threshold + slack;
    if (inner > 0) low += Math.max(0, massBelow(probe, inner)[0] - massBelow(probe, -inner)[1]) / probes.length;
    high += Math.min(1, massBelow(probe, outer)[1] - massBelow(probe, -outer)[0]) / probes.length;
  }
  const spread = quantile * Math.sqrt(2 / (dimension * probes.length));
  const interval = [leastShare(low, spread), 1 - leastShare(1 - high, spread)] as const;
  return {
    threshold,
    share: (low + high) / 2,
    interval,
    quadratureError: (high - low) / 2,
    resolved: interval[1] - interval[0] <= widestResolved,
  };
}

/** Bounds of the probe's mass below x. */
function massBelow(probe: SpectralProbe, x: number): readonly [low: number, high: number] {
  const { diagonal, offDiagonal } = probe.tridiagonal;
  const beta = probe.residualNorm;
  const m = diagonal.length;
  // The last pivot of T − xI gives the diagonal element that makes x an eigenvalue of the enlarged matrix.
  const tiny = Number.EPSILON * Math.max(1e-300, ...diagonal.map(Math.abs));
  let pivot = diagonal[0] - x;
  for (let k = 1; k < m; k++) pivot = diagonal[k] - x - offDiagonal[k - 1] * (offDiagonal[k - 1] / (pivot || tiny));
  const enlarged = {
    diagonal: Float64Array.of(...diagonal, x + beta * (beta / (pivot || tiny))),
    offDiagonal: Float64Array.of(...offDiagonal, beta),
  };
  const first = new Float64Array(m + 1);
  first[0] = 1;
  const { eigenvalues, rows } = tridiagonalEigen(enlarged, [first]);
  const weights = rows[0].map((component) => component * component);
  const at = eigenvalues.reduce(
    (best, node, k) => (Math.abs(node - x) < Math.abs(eigenvalues[best] - x) ? k : best),
    0,
  );
  const below = weights.slice(0, at).reduce((sum, weight) => sum + weight, 0);
  return [below, below + weights[at]];
}

/** The least p whose estimate may be `share`: p + spread·√min(p, 1 − p) = share. */
function leastShare(share: number, spread: number): number {
  const root = Math.max(0, Math.sqrt(spread ** 2 + 4 * Math.max(0, share)) - spread) / 2;
  if (root ** 2 <= 0.5) return root ** 2;
  return 1 - Math.min(1, ((spread + Math.sqrt(spread ** 2 + 4 * (1 - share))) / 2) ** 2);
}
