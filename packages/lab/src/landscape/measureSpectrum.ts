/** The Hessian's spectrum of a trained network. */
import {
  denseHessian,
  hessianTrace,
  magnitudeRelative,
  type NearZeroShare,
  nearZeroShare,
  type SpectralDensity,
  type SymmetricOperator,
  spectralDensity,
  symmetricEigenvaluesInTurns,
  type TraceEstimate,
  type Vector,
} from "entropy-sgd";
import { eventTurns, throwIfInterrupted, wasInterrupted } from "../interruption.ts";

/** Options of `measureSpectrum`. */
export interface SpectrumOptions {
  /** Lanczos steps per probe. */
  readonly numSteps: number;
  readonly numProbes: number;
  readonly seed: number;
  /** Whether to build the dense matrix too (dimension at most 3,000). */
  readonly dense: boolean;
  readonly onProgress?: (numProducts: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** An eigenvalue with its residual ‖Hv − λv‖. */
export interface ExtremeEigenvalue {
  readonly estimate: number;
  readonly residual: number;
}

/** What was measured; `standardError` is null where one probe cannot tell. */
export interface Spectrum {
  /** Whether a signal ended it: the density then has what was done of it, and what came after is missing. */
  readonly interrupted: boolean;
  readonly dimension: number;
  readonly largest: readonly ExtremeEigenvalue[];
  readonly smallest: readonly ExtremeEigenvalue[];
  /** The extremes relative to the weights' magnitudes, which rescaling does not change. */
  readonly relative: {
    readonly largest: readonly ExtremeEigenvalue[];
    readonly smallest: readonly ExtremeEigenvalue[];
  };
  readonly trace: TraceEstimate;
  /** Shares of |λ| < τ for several τ, resolved or told otherwise. */
  readonly nearZero: readonly NearZeroShare[];
  readonly density: SpectralDensity;
  /** All eigenvalues, ascending, where the dense matrix was built; and its asymmetry, the error of the products. */
  readonly denseEigenvalues: Float64Array | null;
  readonly asymmetry: number | null;
  readonly numProducts: number;
}

const unmeasured: SpectralDensity = { probes: [], dimension: 0, numProducts: 0 };

const thresholds = [1e-4, 1e-3, 1e-2, 1e-1];

/** Extreme eigenvalues told. */
const numExtremes = 5;
/** Steps of the magnitude-relative run at most: extremes alone need few. */
const maxRelativeSteps = 60;

/**
 * Extreme eigenvalues, trace, density and shares near zero from Lanczos runs; the dense spectrum on request.
 *
 * Cost: numSteps·numProbes + min(numSteps, 60) + numProbes products, and n for the dense matrix. Memory: numSteps + 2 vectors.
 */
export async function measureSpectrum(
  operator: SymmetricOperator,
  params: Vector,
  options: SpectrumOptions,
): Promise<Spectrum> {
  const { numSteps, numProbes, seed, dense, onProgress, signal } = options;
  let numProducts = 0;
  const counted: SymmetricOperator = {
    dimension: operator.dimension,
    apply(v) {
      numProducts += 1;
      onProgress?.(numProducts);
      return operator.apply(v);
    },
  };
  const stop = signal === undefined ? {} : { signal };
  let [density, relative] = [unmeasured, unmeasured];
  let trace: TraceEstimate = { estimate: Number.NaN, standardError: null, numProducts: 0 };
  let denseEigenvalues: Float64Array | null = null;
  let asymmetry: number | null = null;
  const interrupted = await wasInterrupted(async () => {
    density = await spectralDensity(counted, { numSteps, numProbes, seed, ...stop });
    throwIfInterrupted(signal);
    relative = await spectralDensity(magnitudeRelative(counted, params), {
      ...{ numSteps: Math.min(numSteps, maxRelativeSteps), numProbes: 1, seed, ...stop },
    });
    throwIfInterrupted(signal);
    trace = await hessianTrace(counted, { numProbes: Math.max(2, numProbes), seed: seed + 1 });
    if (!dense) return;
    const built = await denseHessian(counted);
    denseEigenvalues = await symmetricEigenvaluesInTurns(built.matrix, eventTurns(signal));
    asymmetry = built.asymmetry;
  });
  return {
    interrupted,
    dimension: operator.dimension,
    ...extremesOf(density),
    relative: extremesOf(relative),
    trace,
    nearZero: thresholds.map((threshold) => nearZeroShare(density, threshold)),
    density,
    denseEigenvalues,
    asymmetry,
    numProducts,
  };
}

/** Number of products of `measureSpectrum`, for progress. */
export function numProductsOf(
  { numSteps, numProbes, dense }: Pick<SpectrumOptions, "numSteps" | "numProbes" | "dense">,
  dimension: number,
): number {
  const steps = Math.min(numSteps, dimension);
  return steps * numProbes + Math.min(steps, maxRelativeSteps) + Math.max(2, numProbes) + (dense ? dimension : 0);
}

/** The ends of the first probe's Lanczos run. */
function extremesOf({ probes }: SpectralDensity): Pick<Spectrum, "largest" | "smallest"> {
  const { nodes, residuals } = probes[0] ?? { nodes: [], residuals: [] };
  const pairs = Array.from(nodes, (estimate, k) => ({ estimate, residual: residuals[k]! }));
  return { largest: pairs.slice(-numExtremes), smallest: pairs.slice(0, numExtremes) };
}
