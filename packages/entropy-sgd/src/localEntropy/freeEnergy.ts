/**
 * Differences of log-normalisers along a ladder of laws, log Z(λ, p) = log ∫ exp(−λV − p‖z‖²/2) dz.
 *
 * For neighbours a and b of work W = Δλ·V + Δp·‖z‖²/2, exact where they overlap:
 *
 *   log Z_b/Z_a = log E_a e^(−W/2) − log E_b e^(W/2)
 *
 * and elsewhere the corrected trapezoidal rule for −∫ E W, whose derivative is −Var W (Euler, Maclaurin):
 *
 *   log Z_b/Z_a ≈ −(E_a W + E_b W)/2 + (Var_a W − Var_b W)/12
 *
 * @see Lu, Kofke, Woolf 2004, "Improving the efficiency and reliability of free energy perturbation calculations using
 *   overlap
 *   sampling methods"; Kirkwood 1935; Gelman, Meng 1998, "Simulating normalizing constants"
 */
import type { Law } from "./hamiltonianMove.ts";
import type { RungSeries } from "./replicaExchange.ts";

/** Share of half-weights that must be effective for the exact rule: Var W up to about 3. */
const minOverlap = 0.5;

/** A difference for each ladder. */
export interface FreeEnergy {
  /** Per ladder. */
  readonly values: readonly number[];
  /** Per ladder and sweep: the value's linearised fluctuation, mean 0. */
  readonly influences: readonly (readonly number[])[];
}

/** log Z at the last law over that at the first, over every `stride`-th law, from each ladder by itself. */
export function freeEnergy(
  laws: readonly Law[],
  ladders: readonly (readonly RungSeries[])[],
  stride: number,
): FreeEnergy {
  const values = ladders.map(() => 0);
  const influences = ladders.map(([{ potentials }]) => potentials.map(() => 0));
  for (let k = 0; k + stride < laws.length; k += stride) {
    const [a, b] = [laws[k], laws[k + stride]];
    const works = ladders.map((rungs) => ({
      forward: workOf(rungs[k], a, b),
      backward: workOf(rungs[k + stride], a, b),
    }));
    const overlap = works.every(
      ({ forward, backward }) =>
        halfWeights(forward, -1).effective >= minOverlap && halfWeights(backward, 1).effective >= minOverlap,
    );
    works.forEach(({ forward, backward }, ladder) => {
      const [up, down] = overlap
        ? [halfWeights(forward, -1), halfWeights(backward, 1)]
        : [cumulants(forward, -1), cumulants(backward, 1)];
      values[ladder] += up.value - down.value;
      const influence = influences[ladder];
      for (let i = 0; i < influence.length; i++) influence[i] += up.influence[i] - down.influence[i];
    });
  }
  return { values, influences };
}

function workOf({ potentials, distances }: RungSeries, a: Law, b: Law): number[] {
  const [coupling, precision] = [b.coupling - a.coupling, b.precision - a.precision];
  return potentials.map((potential, i) => coupling * potential + precision * distances[i]);
}

/** log mean exp(±W/2), its fluctuation, and the share of draws that carry the mean. */
function halfWeights(works: readonly number[], sign: 1 | -1) {
  const n = works.length;
  const highest = works.reduce((most, work) => Math.max(most, (sign * work) / 2), Number.NEGATIVE_INFINITY);
  const weights = works.map((work) => Math.exp((sign * work) / 2 - highest));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / n;
  const square = weights.reduce((sum, weight) => sum + weight * weight, 0) / n;
  return {
    value: highest + Math.log(mean),
    influence: weights.map((weight) => weight / mean - 1),
    effective: (mean * mean) / square,
  };
}

/** ±E W/2 + Var W/12, and its fluctuation. */
function cumulants(works: readonly number[], sign: 1 | -1) {
  const n = works.length;
  const mean = works.reduce((sum, work) => sum + work, 0) / n;
  const squares = works.map((work) => (work - mean) ** 2);
  const variance = squares.reduce((sum, square) => sum + square, 0) / (n - 1);
  return {
    value: (sign * mean) / 2 + variance / 12,
    influence: works.map((work, i) => (sign * (work - mean)) / 2 + (squares[i] - variance) / 12),
  };
}
