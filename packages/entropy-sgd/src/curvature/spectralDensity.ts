/**
 * The density of eigenvalues by stochastic Lanczos quadrature.
 *
 * @see Ubaru, Chen, Saad 2017, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature"
 */

import type { SymmetricOperator } from "./hessianOperator.ts";
import { randomSigns } from "./hessianTrace.ts";
import { lanczos } from "./lanczos.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";

/** Options of `spectralDensity`. */
export interface SpectralDensityOptions {
  /** Lanczos steps m per probe. */
  readonly numSteps: number;
  readonly numProbes: number;
  readonly seed?: number;
  readonly onStep?: (numProducts: number) => void;
  /** Ends the work; the last probe then has fewer steps. */
  readonly signal?: { readonly aborted: boolean };
}

/** A discrete measure. */
export interface SpectralProbe {
  /** Ritz values, ascending. */
  readonly nodes: Float64Array;
  /** Squared first components: they add up to 1. */
  readonly weights: Float64Array;
  /** ‖Hv − λv‖ of each Ritz pair: some eigenvalue of H lies within it of the node. */
  readonly residuals: Float64Array;
}

/** A discrete measure per probe. */
export interface SpectralDensity {
  readonly probes: readonly SpectralProbe[];
  readonly dimension: number;
  readonly numProducts: number;
}

/**
 * Nodes and weights such that Σ wₖ g(λₖ) ≈ tr g(H)/n for smooth g, one set per probe.
 *
 * Exact for polynomials g up to degree 2m − 1 of zᵀg(H)z/n. Cost: m products per probe, memory m + 2 vectors.
 * @throws RangeError for numbers that are not positive integers
 */
export async function spectralDensity(
  operator: SymmetricOperator,
  options: SpectralDensityOptions,
): Promise<SpectralDensity> {
  const { numSteps, numProbes, seed = 0, onStep, signal } = options;
  if (!Number.isInteger(numProbes) || numProbes < 1) {
    throw new RangeError(`spectralDensity: numProbes must be a positive integer, got ${numProbes}`);
  }
  const probes: SpectralProbe[] = [];
  let numProducts = 0;
  for (let probe = 0; probe < numProbes && !signal?.aborted; probe++) {
    const before = numProducts;
    const run = await lanczos(operator, {
      numSteps,
      start: randomSigns(operator.dimension, seed, probe),
      ...(signal === undefined ? {} : { signal }),
      onStep: (steps) => onStep?.(before + steps),
    });
    numProducts += run.numProducts;
    if (run.numProducts === 0) break;
    const [first, last] = [new Float64Array(run.diagonal.length), new Float64Array(run.diagonal.length)];
    first[0] = 1;
    last[last.length - 1] = 1;
    const { eigenvalues, rows } = tridiagonalEigen(run, [first, last]);
    probes.push({
      nodes: eigenvalues,
      weights: rows[0].map((component) => component * component),
      residuals: rows[1].map((component) => Math.abs(run.residualNorm * component)),
    });
  }
  return { probes, dimension: operator.dimension, numProducts };
}

/** The share of eigenvalues nearer to zero than a threshold. */
export interface NearZeroShare {
  readonly threshold: number;
  readonly share: number;
  /** Over probes; null for one. */
  readonly standardError: number | null;
  /** Mean distance between the nodes next to zero on either side: what lies closer is not resolved. */
  readonly nodeSpacing: number;
  /** Whether the threshold is above the spacing; otherwise the share means nothing. */
  readonly resolved: boolean;
}

/** The mass at |λ| < threshold, told as unresolved where nodes near zero are sparser than the threshold. */
export function nearZeroShare({ probes }: SpectralDensity, threshold: number): NearZeroShare {
  const shares = probes.map(({ nodes, weights }) =>
    weights.reduce((sum, weight, k) => sum + (Math.abs(nodes[k]) < threshold ? weight : 0), 0),
  );
  const spacings = probes.map(({ nodes }) => spacingNearZero(nodes));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const share = mean(shares);
  const squares = shares.reduce((sum, value) => sum + (value - share) ** 2, 0);
  const n = shares.length;
  const nodeSpacing = mean(spacings);
  return {
    threshold,
    share,
    standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null,
    nodeSpacing,
    resolved: threshold > nodeSpacing,
  };
}

/** Mean gap of the three nodes of least magnitude in their order; Infinity where there are fewer. */
function spacingNearZero(nodes: Float64Array): number {
  if (nodes.length < 3) return Number.POSITIVE_INFINITY;
  const nearest = Array.from(nodes)
    .sort((a, b) => Math.abs(a) - Math.abs(b))
    .slice(0, 3)
    .sort((a, b) => a - b);
  return (nearest[2] - nearest[0]) / 2;
}
