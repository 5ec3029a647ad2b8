/**
 * Thermodynamic integration: ∫ E_{P_s}[observable] over a path of modified Gibbs distributions.
 *
 *   P_s ∝ N(x, σ_s²I)·exp(−λ_s β f),   sampled in z = (x' − x)/σ_s by
 *   z ← (1 − h)z − hλ_sβσ_s∇f(x + σ_s z) + √(h(2 − h))·N(0, I)
 *
 * Unadjusted Langevin dynamics that is exact for the Gaussian at any h: only what f adds is biased, to the first order in h.
 *
 * @see Cotter, Roberts, Stuart, White 2013, "MCMC methods for functions" (arXiv:1202.0709): dynamics that keep a Gaussian
 * @see Kirkwood 1935, "Statistical mechanics of fluid mixtures"; Gelman, Meng 1998, "Simulating normalizing constants"
 */
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { chainMean, splitRHat } from "../sampling/diagnostics.ts";
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
  /** h in (0, 1], the share of z forgotten in a step where f is flat; divided by 1 + λβσ²λ_max at each rung. */
  readonly stepSize: number;
  /** Largest eigenvalue of the Hessian near x, which keeps steps stable. Default 0: f is flat. */
  readonly largestEigenvalue?: number;
  readonly seed?: number;
}

const table: OptionTable<Omit<LadderOptions, keyof Neighbourhood>> = {
  numRungs: integerOption("[2, ∞)", "Intervals of the ladder."),
  numChains: integerOption("[2, ∞)", "Chains per rung."),
  numSamples: integerOption("[8, ∞)", "Steps kept per rung and chain."),
  burnIn: integerOption("[0, ∞)", "Steps per rung before the first kept."),
  stepSize: numberOption("(0, 1]", "Share of z forgotten in a step."),
  largestEigenvalue: numberOption("[0, ∞)", "Largest eigenvalue of the Hessian near x."),
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
  /** 2·|step h − step h/2|: the first-order bias at h, and the noise of both. */
  readonly stepError: number;
  readonly worstRHat: number;
}

/**
 * `start` − the integral, at the step h; a second run at h/2 tells the error of the step.
 *
 * The standard error adds Monte Carlo, ladder and step errors in squares. Invalid if a rung's split-R̂ exceeds 1.05 or a
 * chain leaves the finite numbers. Cost: 2·(numRungs + 1)·numChains·(burnIn + numSamples) gradients.
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
  const defaults = { numRungs: 16, numChains: 2, largestEigenvalue: 0, seed: 0 };
  const checked = { ...options, ...checkedOptions(where, table, defaults, numbers) };
  if (checked.numRungs % 2 !== 0) throw new RangeError(`${where}: numRungs must be even, got ${checked.numRungs}`);
  const run = await climb(lossAt, checked, path, checked.stepSize, 0);
  const halved = await climb(lossAt, checked, path, checked.stepSize / 2, 1);
  const integral = trapezoid(run.rungs);
  const monteCarloError = Math.sqrt(
    run.rungs.reduce((sum, rung, k) => sum + (weightOf(run.rungs, k) * rung.standardError) ** 2, 0),
  );
  const ladderError = Math.abs(integral - trapezoid(run.rungs.filter((_, k) => k % 2 === 0)));
  const stepError = 2 * Math.abs(integral - trapezoid(halved.rungs));
  const worstRHat = Math.max(...run.rungs.map(({ rHat }) => rHat));
  const finite = run.finite && halved.finite && Number.isFinite(integral);
  const valid = finite && worstRHat <= maxRHat;
  return {
    estimate: start - integral,
    standardError: Math.hypot(monteCarloError, ladderError, stepError),
    kind: "estimate",
    valid,
    reason: valid
      ? null
      : finite
        ? `split-R̂ is ${worstRHat.toFixed(3)}, it must be at most ${maxRHat}: the chains have not mixed`
        : "a chain left the finite numbers: the step is too large",
    numEvaluations: run.numEvaluations + halved.numEvaluations,
    rungs: run.rungs,
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
  stream: number,
) {
  const { params, inverseTemperature: beta, numRungs, numChains, numSamples, burnIn, seed } = options;
  const n = params.length;
  const key = randomKey(seed, "local-entropy", "chains");
  const numSteps = burnIn + numSamples;
  const chains = Array.from({ length: numChains }, (_, chain) => {
    const z = new Float64Array(n);
    const place = { key, stream: 2 * chain + stream };
    normalInto(z, { ...place, step: 0 });
    return { z, place };
  });
  const x = new Float64Array(n);
  const noise = new Float64Array(n);
  const rungs: Rung[] = [];
  let numEvaluations = 0;
  let finite = true;
  for (let k = 0; k <= numRungs && finite; k++) {
    const { at, coupling, radius } = path.placeAt(k / numRungs);
    const h = stepSize / (1 + coupling * beta * radius * radius * options.largestEigenvalue);
    const [drift, deviation] = [h * coupling * beta * radius, Math.sqrt(h * (2 - h))];
    const series: number[][] = [];
    for (const { z, place } of chains) {
      const values: number[] = [];
      for (let step = 0; step < numSteps && finite; step++) {
        for (let i = 0; i < n; i++) x[i] = params[i] + radius * z[i];
        const { energy, gradient } = await lossAt(x);
        numEvaluations += 1;
        const observed = path.observe(z, energy, gradient);
        finite = Number.isFinite(observed);
        if (step >= burnIn) values.push(observed);
        normalInto(noise, { ...place, step: 1 + k * numSteps + step });
        for (let i = 0; i < n; i++) z[i] = (1 - h) * z[i] - drift * gradient[i] + deviation * noise[i];
      }
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
