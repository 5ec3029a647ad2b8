/**
 * Thermodynamic integration: ∫ E_{P_s}[observable] over a path of modified Gibbs distributions.
 *
 *   P_s ∝ N(x, σ_s²I)·exp(−λ_s β f),   sampled in z = (x' − x)/σ_s by unadjusted Langevin chains
 *
 * @see Kirkwood 1935, "Statistical mechanics of fluid mixtures"; Gelman, Meng 1998, "Simulating normalizing constants"
 */
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { chainMean, splitRHat } from "../sampling/diagnostics.ts";
import { langevin } from "../sampling/langevin.ts";
import type { Vector } from "../types.ts";
import {
  checkNeighbourhood,
  type LocalEntropyEstimate,
  type LossAt,
  type Neighbourhood,
} from "./localEntropyEstimate.ts";

/** Numbers of the integration. */
export interface LadderOptions extends Neighbourhood {
  /** Intervals of the ladder; even, so that every second rung is a ladder too. Default 16. */
  readonly numRungs?: number;
  /** Chains per rung, at least 2 for split-R̂. Default 2. */
  readonly numChains?: number;
  /** Langevin steps kept per rung and chain. */
  readonly numSamples: number;
  /** Steps per rung before the first kept. */
  readonly burnIn: number;
  /** Step in units of σ²: h for z = (x' − x)/σ. Must be well below 2/(1 + βσ²λ_max). */
  readonly stepSize: number;
  readonly seed?: number;
}

const table: OptionTable<Omit<LadderOptions, keyof Neighbourhood>> = {
  numRungs: integerOption("[2, ∞)", "Intervals of the ladder."),
  numChains: integerOption("[2, ∞)", "Chains per rung."),
  numSamples: integerOption("[8, ∞)", "Steps kept per rung and chain."),
  burnIn: integerOption("[0, ∞)", "Steps per rung before the first kept."),
  stepSize: numberOption("(0, 2)", "Langevin step in units of σ²."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise."),
};

/** Above this the chains of a rung have not mixed. */
export const maxRHat = 1.05;

/** What is integrated: the law at each share of the path, and the integrand. */
export interface LadderPath {
  /** The law and the variable of integration at a share of the path from 0 to 1. */
  placeAt(share: number): { readonly at: number; readonly coupling: number; readonly radius: number };
  /** The integrand at a sample z with f and ∇f there. */
  observe(z: Float64Array, loss: number, gradient: Vector): number;
}

/** One rung of the ladder at the smaller step. */
export interface Rung {
  /** The variable of integration. */
  readonly at: number;
  /** Mean of the integrand under the rung's law. */
  readonly mean: number;
  readonly standardError: number;
  readonly rHat: number;
}

/** An estimate with the parts of its error. */
export interface LadderEstimate extends LocalEntropyEstimate {
  readonly rungs: readonly Rung[];
  readonly monteCarloError: number;
  /** |all rungs − every second rung|. */
  readonly ladderError: number;
  /** |step h − step h/2|. */
  readonly stepError: number;
  readonly worstRHat: number;
}

/**
 * `start` − the integral, at the step h/2; the run at h tells the error of the step.
 *
 * The standard error adds Monte Carlo, ladder and step errors in squares. Invalid if a rung's split-R̂ exceeds 1.05 or a
 * chain leaves the finite numbers. Cost: 3·numRungs·numChains·(burnIn + numSamples) gradients, about (the run at h/2 takes
 * twice the steps).
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood, with `where` in front
 */
export async function integrateOnLadder(
  where: string,
  lossAt: LossAt,
  options: LadderOptions,
  path: LadderPath,
  start: number,
): Promise<LadderEstimate> {
  checkNeighbourhood(where, options);
  const { params: _, inverseTemperature: __, radius: ___, ...numbers } = options;
  const checked = { ...options, ...checkedOptions(where, table, { numRungs: 16, numChains: 2, seed: 0 }, numbers) };
  if (checked.numRungs % 2 !== 0) throw new RangeError(`${where}: numRungs must be even, got ${checked.numRungs}`);
  const coarse = await climb(lossAt, checked, path, checked.stepSize, 1);
  const fine = await climb(lossAt, checked, path, checked.stepSize / 2, 2);
  const estimate = start - trapezoid(fine.rungs);
  const monteCarloError = Math.sqrt(
    fine.rungs.reduce((sum, rung, k) => sum + (weightOf(fine.rungs, k) * rung.standardError) ** 2, 0),
  );
  const ladderError = Math.abs(trapezoid(fine.rungs) - trapezoid(fine.rungs.filter((_, k) => k % 2 === 0)));
  const stepError = Math.abs(trapezoid(fine.rungs) - trapezoid(coarse.rungs));
  const worstRHat = Math.max(...fine.rungs.map(({ rHat }) => rHat));
  const finite = fine.finite && coarse.finite && Number.isFinite(estimate);
  const valid = finite && worstRHat <= maxRHat;
  return {
    estimate,
    standardError: Math.hypot(monteCarloError, ladderError, stepError),
    kind: "estimate",
    valid,
    reason: valid
      ? null
      : finite
        ? `split-R̂ is ${worstRHat.toFixed(3)}, it must be at most ${maxRHat}: the chains have not mixed`
        : "a chain left the finite numbers: the step is too large",
    numEvaluations: coarse.numEvaluations + fine.numEvaluations,
    rungs: fine.rungs,
    monteCarloError,
    ladderError,
    stepError,
    worstRHat,
  };
}

/** All rungs at one step size; each chain goes on from its last point at the rung below. */
async function climb(
  lossAt: LossAt,
  options: Required<LadderOptions>,
  path: LadderPath,
  stepSize: number,
  thin: number,
) {
  const { params, inverseTemperature: beta, numRungs, numChains, numSamples, burnIn, seed } = options;
  const n = params.length;
  const key = randomKey(seed, "local-entropy", "start", thin);
  const points = Array.from({ length: numChains }, (_, chain) => {
    const z = new Float64Array(n);
    normalInto(z, { key, stream: chain, step: 0 });
    return z;
  });
  const x = new Float64Array(n);
  const rungs: Rung[] = [];
  let numEvaluations = 0;
  let finite = true;
  for (let k = 0; k <= numRungs && finite; k++) {
    const { at, coupling, radius } = path.placeAt(k / numRungs);
    const series: number[][] = [];
    for (let chain = 0; chain < numChains; chain++) {
      const values: number[] = [];
      // U(z) = ½‖z‖² + λβf(x + σz), at temperature 1. What is observed belongs to the last point evaluated.
      let observed = 0;
      const energyAt = async (z: Float64Array) => {
        for (let i = 0; i < n; i++) x[i] = params[i] + radius * z[i];
        const { energy, gradient } = await lossAt(x);
        observed = path.observe(z, energy, gradient);
        let square = 0;
        for (let i = 0; i < n; i++) square += z[i] * z[i];
        return {
          energy: square / 2 + coupling * beta * energy,
          gradient: z.map((zi, i) => zi + coupling * beta * radius * gradient[i]),
        };
      };
      const chainOptions = {
        stepSize,
        numSamples,
        burnIn: burnIn * thin,
        thin,
        seed: 2 * seed + thin,
        chain: k * numChains + chain,
      };
      const result = await langevin(energyAt, points[chain], chainOptions, ({ point }) => {
        values.push(observed);
        points[chain].set(point);
      });
      finite &&= result.finite && values.every(Number.isFinite);
      numEvaluations += result.numGradients;
      series.push(values);
    }
    if (!finite) break;
    const means = series.map((values) => chainMean(values));
    rungs.push({
      at,
      mean: means.reduce((sum, { mean }) => sum + mean, 0) / numChains,
      standardError: Math.sqrt(means.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / numChains,
      rHat: splitRHat(series),
    });
  }
  return { rungs, numEvaluations, finite };
}

/** ∫ mean d(at) by the trapezoidal rule. */
function trapezoid(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, rung, k) => sum + weightOf(rungs, k) * rung.mean, 0);
}

function weightOf(rungs: readonly Rung[], k: number): number {
  const below = k > 0 ? rungs[k].at - rungs[k - 1].at : 0;
  const above = k + 1 < rungs.length ? rungs[k + 1].at - rungs[k].at : 0;
  return (below + above) / 2;
}
