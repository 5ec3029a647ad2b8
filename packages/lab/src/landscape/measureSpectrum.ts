/** The Hessian's spectrum of a trained network. */
import {
  denseHessian,
  extremeEigenpairs,
  hessianTrace,
  type NearZeroShare,
  nearZeroShare,
  type SpectralDensity,
  type SymmetricOperator,
  spectralDensity,
  symmetricEigenvalues,
  type TraceEstimate,
} from "entropy-sgd";

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
  readonly dimension: number;
  readonly largest: readonly ExtremeEigenvalue[];
  readonly smallest: readonly ExtremeEigenvalue[];
  readonly trace: TraceEstimate;
  /** Shares of |λ| < τ for several τ, resolved or told otherwise. */
  readonly nearZero: readonly NearZeroShare[];
  readonly density: SpectralDensity;
  /** All eigenvalues, ascending, where the dense matrix was built; and its asymmetry, the error of the products. */
  readonly denseEigenvalues: Float64Array | null;
  readonly asymmetry: number | null;
  readonly numProducts: number;
}

const thresholds = [1e-4, 1e-3, 1e-2, 1e-1];

/**
 * Extreme eigenvalues, trace, density and shares near zero from Lanczos runs; the dense spectrum on request.
 *
 * Cost: numSteps·(numProbes + 1) + numProbes products, and n for the dense matrix. Memory: numSteps + 2 vectors.
 */
export async function measureSpectrum(operator: SymmetricOperator, options: SpectrumOptions): Promise<Spectrum> {
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
  const extremes = await extremeEigenpairs(counted, { numSteps, seed, count: 5, ...stop });
  const density = await spectralDensity(counted, { numSteps, numProbes, seed, ...stop });
  const trace = await hessianTrace(counted, { numProbes: Math.max(2, numProbes), seed: seed + 1 });
  const matrix = dense ? await denseHessian(counted) : null;
  const plain = ({ eigenvalue, residual }: { eigenvalue: number; residual: number }): ExtremeEigenvalue => ({
    estimate: eigenvalue,
    residual,
  });
  return {
    dimension: operator.dimension,
    largest: extremes.largest.map(plain),
    smallest: extremes.smallest.map(plain),
    trace,
    nearZero: thresholds.map((threshold) => nearZeroShare(density, threshold)),
    density,
    denseEigenvalues: matrix === null ? null : symmetricEigenvalues(matrix.matrix),
    asymmetry: matrix?.asymmetry ?? null,
    numProducts,
  };
}
