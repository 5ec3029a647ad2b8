/** The Hessian's spectrum of a trained network. */
import type { Vector } from "entropy-sgd";
import {
  denseHessian,
  type ExtremeEigenpairs,
  extremeEigenpairs,
  extremeRitzVectors,
  hessianTrace,
  magnitudeRelative,
  type NearZeroShare,
  nearZeroShare,
  type SpectralDensity,
  type SymmetricOperator,
  spectralDensity,
  symmetricEigenvaluesInTurns,
  type TraceEstimate,
} from "entropy-sgd/landscape";
import { throwIfInterrupted, wasInterrupted } from "entropy-sgd-training";
import { eventTurns } from "./eventTurns.ts";

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

/** An eigenvalue with its residual ‖Hv − λv‖, as measured by products. */
export interface ExtremeEigenvalue {
  readonly estimate: number;
  readonly residual: number;
}

/** Both ends of a spectrum, ascending. */
export interface Extremes {
  readonly largest: readonly ExtremeEigenvalue[];
  readonly smallest: readonly ExtremeEigenvalue[];
  /** Whether all copies of multiple eigenvalues were searched for and found. */
  readonly complete: boolean;
}

/** The measured spectrum. */
export interface Spectrum extends Extremes {
  /** Whether a signal ended the measurement: the density then has fewer probes, and later parts are missing. */
  readonly interrupted: boolean;
  readonly dimension: number;
  /** The extremes relative to the weights' magnitudes, which rescaling does not change; copies are not searched for. */
  readonly relative: Extremes;
  readonly trace: TraceEstimate | null;
  /** Shares of |λ| < τ for several τ, each with whether it is resolved. */
  readonly nearZero: readonly NearZeroShare[];
  readonly density: SpectralDensity;
  /** All eigenvalues, ascending, where the dense matrix was built. */
  readonly denseEigenvalues: Float64Array | null;
  /** max |Hᵢⱼ − Hⱼᵢ| / max |H| of the dense matrix. */
  readonly asymmetry: number | null;
  /** About the largest rounding error of a dense eigenvalue. */
  readonly denseError: number | null;
  readonly numProducts: number;
}

const unmeasured: SpectralDensity = { probes: [], dimension: 0, numProducts: 0 };

const thresholds = [1e-4, 1e-3, 1e-2, 1e-1];

/** Extreme eigenvalues reported at each end. */
const numExtremes = 5;
/** The most Lanczos steps of runs for extremes alone, which need few. */
const maxExtremeSteps = 60;
/** k of `hessianTrace`: 3k + 1 products. */
const numTraceProbes = 12;

/**
 * Extreme eigenvalues, trace, density and shares near zero from Lanczos runs; the dense spectrum on request.
 *
 * The first probe's run gives the extremes, a second one orthogonal to them looks for copies of multiple eigenvalues. Cost:
 * (numSteps + 1)·numProbes + 2·min(numSteps, 60) + 89 products, and n + 1 for the dense matrix. Memory: numSteps + 2 vectors, at least 62 + 30.
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
  let density = unmeasured;
  let pairs: Extremes | null = null;
  let relative: Extremes = { largest: [], smallest: [], complete: false };
  let trace: TraceEstimate | null = null;
  let denseEigenvalues: Float64Array | null = null;
  let [asymmetry, denseError]: [number | null, number | null] = [null, null];
  const extremes = { numSteps: Math.min(numSteps, maxExtremeSteps), count: numExtremes, seed, ...stop };
  const interrupted = await wasInterrupted(async () => {
    let near: Float64Array[] = [];
    density = await spectralDensity(counted, {
      numSteps,
      numProbes,
      seed,
      ...stop,
      onRun(run, probe) {
        if (probe === 0) near = extremeRitzVectors(run, numExtremes);
      },
    });
    throwIfInterrupted(signal);
    pairs = extremesOf(await extremeEigenpairs(counted, { ...extremes, near, maxRuns: 2 }));
    throwIfInterrupted(signal);
    relative = extremesOf(await extremeEigenpairs(magnitudeRelative(counted, params), { ...extremes, maxRuns: 1 }));
    throwIfInterrupted(signal);
    trace = await hessianTrace(counted, { numProbes: numTraceProbes, seed: seed + 1 });
    if (!dense) return;
    const built = await denseHessian(counted);
    denseEigenvalues = await symmetricEigenvaluesInTurns(built.matrix, eventTurns(signal));
    [asymmetry, denseError] = [built.asymmetry, built.errorNorm];
  });
  return {
    interrupted,
    dimension: operator.dimension,
    ...(pairs ?? endsOf(density)),
    relative,
    trace,
    nearZero: thresholds.map((threshold) => nearZeroShare(density, threshold)),
    density,
    denseEigenvalues,
    asymmetry,
    denseError,
    numProducts,
  };
}

/** Number of products of `measureSpectrum`, for progress. */
export function numProductsOf(
  { numSteps, numProbes, dense }: Pick<SpectrumOptions, "numSteps" | "numProbes" | "dense">,
  dimension: number,
): number {
  const run = Math.min(numSteps, dimension) + 1;
  const extremeRun = Math.min(run, maxExtremeSteps + 1);
  const ends = Math.min(2 * numExtremes, dimension);
  const trace = Math.min(3 * numTraceProbes, dimension) + 1;
  return run * numProbes + 2 * extremeRun + 5 * ends + trace + (dense ? dimension + 1 : 0);
}

function extremesOf({ largest, smallest, complete }: ExtremeEigenpairs): Extremes {
  const withResiduals = (pairs: ExtremeEigenpairs["largest"]): ExtremeEigenvalue[] =>
    pairs.map(({ eigenvalue, residual }) => ({ estimate: eigenvalue, residual }));
  return { largest: withResiduals(largest), smallest: withResiduals(smallest), complete };
}

/** The ends of the first probe's Lanczos run, if a signal came before they were refined. */
function endsOf({ probes }: SpectralDensity): Extremes {
  const { nodes, residuals } = probes[0] ?? { nodes: [], residuals: [] };
  const all = Array.from(nodes, (estimate, k) => ({ estimate, residual: residuals[k]! }));
  return { largest: all.slice(-numExtremes), smallest: all.slice(0, numExtremes), complete: false };
}
