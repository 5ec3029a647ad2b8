/**
 * The trace of an operator from products with random signs.
 *
 * @see Hutchinson 1990, "A stochastic estimator of the trace of the influence matrix"
 */
import { uniformInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { dot, type SymmetricOperator } from "./hessianOperator.ts";

/** An estimate with its doubt. */
export interface TraceEstimate {
  readonly estimate: number;
  /** Of the mean over probes; null for one probe. */
  readonly standardError: number | null;
  readonly numProducts: number;
}

/**
 * tr H = E zᵀHz with random signs z. Cost: one product per probe. Randomness: a function of (seed, probe, element).
 *
 * The variance of one probe is 2(‖H‖² − Σ Hᵢᵢ²), off-diagonal elements only.
 * @throws RangeError unless `numProbes` is a positive integer
 */
export async function hessianTrace(
  operator: SymmetricOperator,
  { numProbes, seed = 0 }: { readonly numProbes: number; readonly seed?: number },
): Promise<TraceEstimate> {
  if (!Number.isInteger(numProbes) || numProbes < 1) {
    throw new RangeError(`hessianTrace: numProbes must be a positive integer, got ${numProbes}`);
  }
  const values: number[] = [];
  for (let probe = 0; probe < numProbes; probe++) {
    const z = randomSigns(operator.dimension, seed, probe);
    values.push(dot(await operator.apply(z), z));
  }
  const estimate = values.reduce((sum, value) => sum + value, 0) / numProbes;
  const squares = values.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
  const standardError = numProbes > 1 ? Math.sqrt(squares / (numProbes - 1) / numProbes) : null;
  return { estimate, standardError, numProducts: numProbes };
}

/** ±1, independent: probe number `probe` of a seed. */
export function randomSigns(dimension: number, seed: number, probe: number): Float64Array {
  const z = new Float64Array(dimension);
  uniformInto(z, { key: randomKey(seed, "probes"), stream: 0, step: probe });
  for (let i = 0; i < dimension; i++) z[i] = z[i] < 0.5 ? -1 : 1;
  return z;
}
