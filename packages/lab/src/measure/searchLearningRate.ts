/**
 * The learning-rate range test: training while the learning rate rises exponentially.
 *
 * @see Smith 2017, "Cyclical Learning Rates for Training Neural Networks", WACV, arXiv:1506.01186, section 3.3; the exponential
 *   rise, the smoothed loss and the end at four times its lowest value are those of Gugger 2018, "How do you find a good learning
 *   rate"
 */
import { exponentialSchedule, optimizersByName } from "entropy-sgd";
import { InputError, train } from "entropy-sgd-training";
import { compileRun } from "../runner/compileRun.ts";
import type { RunParts } from "../runner/loadParts.ts";
import { makeOptimizer, type RateName } from "../runner/makeOptimizer.ts";
import { resolveRun } from "../runner/resolveRun.ts";
import type { Settings } from "../settings/settings.ts";
import { requireRange } from "./requireRange.ts";

/** A search with one seed. */
export interface RateSearch {
  readonly rate: RateName;
  /** The first and the last rate. */
  readonly from: number;
  readonly to: number;
  /** Rates from the first to the last, at equal factors. */
  readonly numRates: number;
}

/** A rate with the loss of the mini-batches while it was in use. */
export interface RatePoint {
  readonly rate: number;
  readonly loss: number;
  /** The mean over this and earlier rates, weighted by 0.9^age. */
  readonly smoothed: number;
}

/** What a search with one seed has found. */
export interface SearchedRates {
  readonly seed: number;
  readonly points: readonly RatePoint[];
  /** Where the smoothed loss falls fastest in the logarithm of the rate; null where it never falls. */
  readonly steepest: number | null;
  /** Where the smoothed loss is lowest. */
  readonly lowest: number | null;
  /** Where the search ended early: the smoothed loss was four times its lowest, or not finite; null where it did not. */
  readonly endedAt: number | null;
}

const smoothing = 0.9;
const endsAbove = 4;
/** The first smoothed values are means of few losses. */
const numSkipped = 5;

/** The rate that is searched unless another is asked for: the one of the steps that take mini-batch gradients. */
export function usualRate(optimizer: string): RateName {
  return hasInnerLoop(optimizer) ? "innerLearningRate" : "learningRate";
}

/** Gradients that a search takes at most. */
export function searchCost(settings: Settings, { numRates }: RateSearch): number {
  return numRates * gradientsPerRate(settings);
}

/** @throws InputError for a rate that the optimizer lacks */
export function requireRate(optimizer: string, rate: string): asserts rate is RateName {
  const names = hasInnerLoop(optimizer) ? ["innerLearningRate", "learningRate"] : ["learningRate"];
  if (names.includes(rate)) return;
  throw new InputError({ name: "--rate", rule: `must be one of ${names.join(", ")} for ${optimizer}`, value: rate });
}

function hasInnerLoop(optimizer: string): boolean {
  return Object.hasOwn(optimizersByName, optimizer) && named(optimizer).hasInnerLoop;
}

const named = (optimizer: string) => optimizersByName[optimizer as keyof typeof optimizersByName];

/** A schedule counts the optimizer's steps: outer ones where there is an inner loop. */
function gradientsPerRate({ optimizer, options }: Settings): number {
  return named(optimizer).gradientsPerStep(options);
}

/**
 * Trains with the weights, data order and dropout of the run of these settings, each step with a larger rate. Nothing is
 * evaluated or kept.
 *
 * Cost: `searchCost` gradients at most.
 *
 * @param onRate - called after each rate
 * @returns null where the signal ended it
 * @throws InputError as `resolveRun`, and for a range that falls
 */
export async function searchLearningRate(
  given: Settings,
  parts: RunParts,
  search: RateSearch,
  signal: AbortSignal,
  onRate: () => void = () => {},
): Promise<SearchedRates | null> {
  requireRange(search);
  const { rate, from, to, numRates } = search;
  const each = gradientsPerRate(given);
  const total = numRates * each;
  const budget = total / Math.floor(parts.data.train.numExamples / given.batchSize);
  // Without drops: the rates are those of the search.
  const run = resolveRun({ ...given, budget, drops: [] }, parts);
  const { settings, data, plan } = run;
  const { seed, sampling, device, threads } = settings;
  const model = await compileRun(run, { device, threads: threads ?? undefined });
  const schedule = exponentialSchedule({ initial: from, factor: (to / from) ** (1 / Math.max(1, numRates - 1)) });
  try {
    const optimizer = makeOptimizer(settings, plan, model.layout, 1, { [rate]: schedule });
    const points = risingRates(each, schedule);
    // The one boundary is the end, so that nothing is evaluated before it.
    for await (const event of train(model, data, optimizer, { budget, seed, sampling, boundaryEvery: total, signal })) {
      if (event.type !== "gradient") continue;
      if (signal.aborted) return null;
      const isLast = points.add(event.batchLoss);
      if (event.gradients % each === 0) onRate();
      if (isLast || event.gradients === total) break;
    }
    return signal.aborted ? null : { seed, ...foundIn(points.all, points.endedAt()) };
  } finally {
    await model.close();
  }
}

/** Collects the losses of `each` gradients per rate. */
function risingRates(each: number, schedule: (step: number) => number) {
  const all: RatePoint[] = [];
  let [sum, count, weighted, lowest] = [0, 0, 0, Number.POSITIVE_INFINITY];
  let endedAt: number | null = null;
  return {
    all,
    endedAt: () => endedAt,
    /** Adds the loss of a gradient; gives whether the search ends there. */
    add(loss: number): boolean {
      [sum, count] = [sum + loss, count + 1];
      const rate = schedule(all.length);
      if (!Number.isFinite(loss)) {
        endedAt = rate;
        return true;
      }
      if (count < each) return false;
      const mean = sum / count;
      [sum, count] = [0, 0];
      weighted = smoothing * weighted + (1 - smoothing) * mean;
      const smoothed = weighted / (1 - smoothing ** (all.length + 1));
      all.push({ rate, loss: mean, smoothed });
      lowest = Math.min(lowest, smoothed);
      if (smoothed <= endsAbove * lowest) return false;
      endedAt = rate;
      return true;
    },
  };
}

/** The steepest fall before the lowest smoothed loss, by central differences. */
function foundIn(points: readonly RatePoint[], endedAt: number | null): Omit<SearchedRates, "seed"> {
  const counted = points.slice(numSkipped);
  const at = counted.reduce((best, { smoothed }, i) => (smoothed < counted[best]!.smoothed ? i : best), 0);
  let [steepest, slope]: [number | null, number] = [null, 0];
  for (let i = 1; i < at; i++) {
    const own = counted[i + 1]!.smoothed - counted[i - 1]!.smoothed;
    if (own < slope) [steepest, slope] = [counted[i]!.rate, own];
  }
  return { points, steepest, lowest: counted[at]?.rate ?? null, endedAt };
}
