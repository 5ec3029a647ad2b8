/**
 * Langevin dynamics toward exp(−βU), unadjusted or Metropolis-adjusted.
 *
 * @see Roberts, Tweedie 1996, "Exponential convergence of Langevin distributions and their discrete approximations"
 * @see Welling, Teh 2011 (ICML), annealed steps; Gelfand, Mitter 1991, and Raginsky et al. 2017 (arXiv:1702.03849), annealed
 *   temperature
 */
import { type Evaluated, evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { normalInto, uniformInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import type { ScalarOrSchedule, Vector } from "../types.ts";

/** Options of `langevin` and `adjustedLangevin`. */
export interface LangevinOptions {
  /** h in x ← x − h∇U + √(2h/β)·N(0, I); a schedule of the step for annealed steps: SGLD, which samples the posterior. */
  readonly stepSize: ScalarOrSchedule;
  /** Inverse temperature β, default 1; a rising schedule for annealed temperature, which seeks the global minimum. */
  readonly inverseTemperature?: ScalarOrSchedule;
  /** Steps kept. */
  readonly numSamples: number;
  /** Steps before the first that is kept. Default 0. */
  readonly burnIn?: number;
  /** Steps per kept one. Default 1. */
  readonly thin?: number;
  readonly seed?: number;
  /** Number of the chain: chains of one seed are independent. Default 0. */
  readonly chain?: number;
}

const table: OptionTable<LangevinOptions> = {
  stepSize: numberOption("(0, ∞)", "Step size h.", { schedule: true }),
  inverseTemperature: numberOption("(0, ∞)", "Inverse temperature β.", { schedule: true }),
  numSamples: integerOption("[1, ∞)", "Steps kept."),
  burnIn: integerOption("[0, ∞)", "Steps before the first that is kept."),
  thin: integerOption("[1, ∞)", "Steps per kept one."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise."),
  chain: integerOption("[0, 4294967295]", "Number of the chain."),
};

const defaults = { inverseTemperature: 1, burnIn: 0, thin: 1, seed: 0, chain: 0 };

/** One step of a chain, as `observe` sees it. */
export interface LangevinSample {
  /** The point, reused by the next step: copy what you keep. */
  readonly point: Float64Array;
  /** U there. */
  readonly value: number;
  /** Among kept samples, from 0. */
  readonly index: number;
}

/** Acceptance and cost of a chain. */
export interface LangevinResult {
  /** Share of accepted proposals; null without adjustment. */
  readonly acceptance: number | null;
  readonly numGradients: number;
  /** False where a value was not finite, which ends the chain. */
  readonly finite: boolean;
}

/**
 * Unadjusted Langevin dynamics of the objective U: x ← x − h∇U + √(2h/β)·N(0, I).
 *
 * Its stationary law differs from exp(−βU) by a bias of order h: on a quadratic of curvature l the variance is
 * 1/(βl(1 − hl/2)). Halve h to see it. Cost: one gradient per step. Randomness: a function of (seed, chain, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value; TypeError for a value of U that
 *   is no number
 */
export function langevin(
  objective: ObjectiveWith<"valueAndGradientAt">,
  start: Vector,
  options: LangevinOptions,
  observe: (sample: LangevinSample) => void,
): Promise<LangevinResult> {
  return run("langevin", objective, start, options, observe, false);
}

/**
 * Metropolis-adjusted Langevin: the same proposal, accepted with the probability that makes exp(−βU) exactly stationary.
 *
 *   log α = −β(U(y) − U(x)) − β/(4h)·(‖x − y + h∇U(y)‖² − ‖y − x + h∇U(x)‖²)
 *
 * For small problems: at a fixed acceptance h must fall with the dimension as n^(−1/3). Cost: one gradient per step.
 * Randomness: a function of (seed, chain, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value; TypeError for a value of U that
 *   is no number
 */
export function adjustedLangevin(
  objective: ObjectiveWith<"valueAndGradientAt">,
  start: Vector,
  options: LangevinOptions,
  observe: (sample: LangevinSample) => void,
): Promise<LangevinResult> {
  return run("adjustedLangevin", objective, start, options, observe, true);
}

async function run(
  where: string,
  objective: ObjectiveWith<"valueAndGradientAt">,
  start: Vector,
  options: LangevinOptions,
  observe: (sample: LangevinSample) => void,
  adjusted: boolean,
): Promise<LangevinResult> {
  const checked = checkedOptions(where, table, defaults, options);
  requireObjective(where, objective, "valueAndGradientAt");
  const { stepSize, inverseTemperature, numSamples, burnIn, thin, seed, chain } = checked;
  const n = start.length;
  const key = randomKey(seed, "langevin-chain", chain);
  const noise = new Float64Array(n);
  const uniform = new Float64Array(1);
  let x = Float64Array.from(start);
  let y = new Float64Array(n);
  let { value, gradient } = await evaluated(where, objective, x);
  const total = burnIn + numSamples * thin;
  let accepted = 0;
  for (let step = 0; step < total; step++) {
    const h = scheduledValue(stepSize, step);
    const beta = scheduledValue(inverseTemperature, step);
    const deviation = Math.sqrt((2 * h) / beta);
    normalInto(noise, { key, stream: 0, step });
    for (let i = 0; i < n; i++) y[i] = x[i] - h * gradient[i] + deviation * noise[i];
    const proposed = await evaluated(where, objective, y);
    if (!Number.isFinite(proposed.value) && !adjusted) {
      return { acceptance: null, numGradients: step + 2, finite: false };
    }
    let accept = true;
    if (adjusted) {
      uniformInto(uniform, { key, stream: 1, step });
      accept = Math.log(uniform[0] + 2 ** -25) < logAcceptance(x, y, { value, gradient }, proposed, h, beta);
    }
    if (accept) {
      [x, y] = [y, x];
      ({ value, gradient } = proposed);
      accepted += 1;
    }
    const kept = step + 1 - burnIn;
    if (kept > 0 && kept % thin === 0) observe({ point: x, value, index: kept / thin - 1 });
  }
  return { acceptance: adjusted ? accepted / total : null, numGradients: total + 1, finite: true };
}

function logAcceptance(
  x: Float64Array,
  y: Float64Array,
  atX: Evaluated,
  atY: Evaluated,
  h: number,
  beta: number,
): number {
  let [back, forth] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    back += (x[i] - y[i] + h * atY.gradient[i]) ** 2;
    forth += (y[i] - x[i] + h * atX.gradient[i]) ** 2;
  }
  const difference = -beta * (atY.value - atX.value) - (beta / (4 * h)) * (back - forth);
  // A proposal without a finite value is never accepted.
  return Number.isFinite(difference) ? difference : Number.NEGATIVE_INFINITY;
}
