/**
 * The density of eigenvalues by stochastic Lanczos quadrature.
 *
 * @see Ubaru, Chen, Saad 2017, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature"
 */
import { checkedOptions, functionOption, integerOption, type OptionTable, signalOption } from "../options.ts";
import { shared } from "../optionsShared.ts";
import { randomSigns } from "./hessianTrace.ts";
import { type LanczosResult, lanczos } from "./lanczos.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { type Tridiagonal, tridiagonalEigen } from "./tridiagonalEigen.ts";

/** Options of `spectralDensity`. */
export interface SpectralDensityOptions {
  /** Lanczos steps m per probe. */
  readonly numSteps: number;
  readonly numProbes: number;
  readonly seed?: number;
  readonly onStep?: (numProducts: number) => void;
  /** Called after each probe's Lanczos run, whose basis is dropped afterwards. */
  readonly onRun?: (run: LanczosResult, probe: number) => void;
  /** Ends the work; the last probe then has fewer steps. */
  readonly signal?: { readonly aborted: boolean };
}

const table: OptionTable<SpectralDensityOptions> = {
  numSteps: integerOption("[1, ∞)", "Lanczos steps per probe."),
  numProbes: integerOption("[1, ∞)", "Random first vectors."),
  seed: shared.seed,
  onStep: functionOption("Called after each product."),
  onRun: functionOption("Called after each probe."),
  signal: signalOption(),
};

/** The spectral measure that one probe sees: nodes with weights. */
export interface SpectralProbe {
  /** Ritz values, ascending. */
  readonly nodes: Float64Array;
  /** Squared first components: they add up to 1. */
  readonly weights: Float64Array;
  /** ‖Hv − λv‖ of each Ritz pair, arithmetic included: some eigenvalue of H lies within it of the node. */
  readonly residuals: Float64Array;
  /** The Lanczos run's matrix, and what it left out: bounds of masses come from them. */
  readonly tridiagonal: Tridiagonal;
  readonly residualNorm: number;
  readonly arithmeticError: number;
}

/** The measures of all probes; their mean estimates the density. */
export interface SpectralDensity {
  readonly probes: readonly SpectralProbe[];
  readonly dimension: number;
  readonly numProducts: number;
}

/**
 * Nodes and weights such that Σ wₖ g(λₖ) ≈ tr g(H)/n for smooth g, one set per probe.
 *
 * Each probe z is exact for zᵀg(H)z/n with polynomials g up to degree 2m − 1. Cost: m + 1 products per probe; memory m + 2
 * vectors. Randomness: signs z, a function of (seed, probe, element).
 * @throws RangeError for numbers that are not positive integers, and for products that are not finite
 */
export async function spectralDensity(
  operator: SymmetricOperator,
  options: SpectralDensityOptions,
): Promise<SpectralDensity> {
  const checked = checkedOptions("spectralDensity", table, { seed: 0 }, options);
  const { numSteps, numProbes, seed, onStep, onRun, signal } = checked;
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
    if (run.diagonal.length === 0) break;
    onRun?.(run, probe);
    const [first, last] = [new Float64Array(run.diagonal.length), new Float64Array(run.diagonal.length)];
    first[0] = 1;
    last[last.length - 1] = 1;
    const { eigenvalues, rows } = tridiagonalEigen(run, [first, last]);
    probes.push({
      nodes: eigenvalues,
      weights: rows[0].map((component) => component * component),
      residuals: rows[1].map((component) => Math.hypot(run.residualNorm * component, run.arithmeticError)),
      tridiagonal: { diagonal: run.diagonal, offDiagonal: run.offDiagonal },
      residualNorm: run.residualNorm,
      arithmeticError: run.arithmeticError,
    });
  }
  return { probes, dimension: operator.dimension, numProducts };
}
