/** What came out of an experiment of the paper, beside what was published: columns that are never mixed. */
import { type Difference, type DifferenceOptions, differenceOfMeans } from "entropy-sgd/landscape";
import { hasDiverged, InputError } from "entropy-sgd-training";
import { type DifferenceOverSeeds, differenceOverSeeds } from "../../statistics/overSeeds.ts";
import { type Spread, spreadOf } from "../../statistics/spread.ts";
import { type ReproductionDetails, scaledBudget } from "./planReproduction.ts";
import { type Quantity, quantities } from "./quantities.ts";
import type { ReproducedRun } from "./reproducedRun.ts";
import { assumedPublishedRuns, type ReproducedMethod, type Reproduction } from "./reproduction.ts";
import { reproductionNames, reproductionOf } from "./reproductions.ts";

/** Runs of an experiment, as reproduction.json has them: all that follows is computed of these. */
export interface ReproductionRuns extends ReproductionDetails {
  /** Seeds that were asked for, of each method. */
  readonly seeds: number;
  /** Those that have begun. */
  readonly runs: readonly ReproducedRun[];
}

/** What a run's test curve says; values in the unit of JSON. */
export interface RunOutcomeOfCurve {
  readonly run: ReproducedRun;
  readonly seed: number;
  /** The smallest value of the test curve, as the published figures are. */
  readonly best: number;
  /** The effective epoch of it; ties go to the earliest. */
  readonly bestEpoch: number;
  readonly last: number;
}

/** Our mean minus the published one. */
export interface DifferenceToPublished {
  readonly estimate: number;
  /** null with a single run, or runs that are all alike: there is no spread to judge by. */
  readonly judged: Difference | null;
}

/** Runs that have not ended, and about what they would take. */
export interface RunsLeft {
  readonly number: number;
  /** Of these, those that have begun. */
  readonly numBegun: number;
  /** Of a whole run. */
  readonly gradients: number;
  readonly msPerGradient: number;
  /** Where the milliseconds are from. */
  readonly measuredOn: string;
}

/** A line of the table. */
export interface MethodResult {
  readonly method: ReproducedMethod;
  /** Effective epochs at the scale. */
  readonly budget: number;
  /** Runs that reached the end of the budget, by seed. */
  readonly ended: readonly RunOutcomeOfCurve[];
  readonly numDiverged: number;
  readonly best: Spread;
  readonly bestEpoch: Spread;
  readonly last: Spread;
  /** null where one side is empty. */
  readonly toPublished: DifferenceToPublished | null;
  /** null where all have ended. */
  readonly left: RunsLeft | null;
}

/** The whole result. */
export interface ReproductionResult extends ReproductionRuns {
  readonly reproduction: Reproduction;
  readonly quantity: Quantity;
  readonly methods: readonly MethodResult[];
  /** The first method minus the second, at the best point of the test curve; null without a second one. */
  readonly between: DifferenceOverSeeds | null;
}

/** Puts the runs beside the published figures. */
export function reproductionResult(runs: ReproductionRuns): ReproductionResult {
  const reproduction = reproductionOf(runs.name);
  const quantity: Quantity = quantities[reproduction.quantity];
  const methods = reproduction.methods.map((method) => methodResult(method, reproduction, runs, quantity));
  const [first, second] = methods;
  const valuesOf = ({ ended }: MethodResult) => ended.map(({ seed, best }) => ({ seed, value: best }));
  const baseline = second?.best.mean ?? null;
  const options = baseline === null ? {} : reproduction.equivalence(baseline);
  const between = second === undefined ? null : differenceOverSeeds(valuesOf(first!), valuesOf(second), options);
  return { ...runs, reproduction, quantity, methods, between };
}

/**
 * The results of every experiment in the order of the paper; those that were not run are empty.
 *
 * @param asked - scale and seeds of the empty ones
 * @throws InputError if two reproductions are of one experiment
 */
export function resultsOfTable(
  found: readonly ReproductionRuns[],
  { scale, seeds }: Pick<ReproductionRuns, "scale" | "seeds">,
): ReproductionResult[] {
  return reproductionNames.map((name) => {
    const [own, another] = found.filter((runs) => runs.name === name);
    if (another !== undefined) throw new InputError({ name: "--from", rule: `has two reproductions of ${name}` });
    return reproductionResult(own ?? { name, scale, seeds, runs: [] });
  });
}

function methodResult(
  method: ReproducedMethod,
  { cost, methods, equivalence }: Reproduction,
  { runs, seeds, scale }: ReproductionRuns,
  quantity: Quantity,
): MethodResult {
  const own = runs.filter(({ condition }) => condition === method.optimizer);
  const ended = own.flatMap((run) => outcomeOfCurve(run, quantity));
  const numDiverged = own.filter(({ result }) => result !== null && hasDiverged(result)).length;
  const best = spreadOf(ended.map((run) => run.best));
  const baseline = (methods[1] ?? methods[0]!).published;
  const budget = scaledBudget(method.budget, scale);
  const measured = spreadOf(ended.map(({ run }) => run.result!.msPerGradient)).mean;
  const number = Math.max(0, seeds - ended.length - numDiverged);
  const left: RunsLeft = {
    number,
    numBegun: own.length - ended.length - numDiverged,
    gradients: budget * (own[0]?.start.gradientsPerEpoch ?? cost.gradientsPerEpoch),
    msPerGradient: measured ?? cost.msPerGradient,
    measuredOn: measured === null ? cost.measuredOn : "the runs that ended",
  };
  return {
    ...{ method, budget, ended, numDiverged, best },
    bestEpoch: spreadOf(ended.map(({ bestEpoch }) => bestEpoch)),
    last: spreadOf(ended.map(({ last }) => last)),
    toPublished: differenceToPublished(best, method, baseline === null ? {} : equivalence(baseline.mean)),
    left: number === 0 ? null : left,
  };
}

function outcomeOfCurve(run: ReproducedRun, { valueIn }: Quantity): RunOutcomeOfCurve[] {
  if (run.result?.reason !== "budget") return [];
  const points = run.evaluations.flatMap((evaluation) => {
    const value = valueIn(evaluation);
    return value === null ? [] : [{ value, epoch: evaluation.effectiveEpochs }];
  });
  const last = points.at(-1);
  if (last === undefined) return [];
  const best = points.reduce((least, point) => (point.value < least.value ? point : least));
  return [{ run, seed: run.settings.seed, best: best.value, bestEpoch: best.epoch, last: last.value }];
}

function differenceToPublished(
  { mean, sd, n }: Spread,
  { published }: ReproducedMethod,
  equivalence: DifferenceOptions,
): DifferenceToPublished | null {
  if (published === null || mean === null) return null;
  const estimate = mean - published.mean;
  // Equal values of a few runs are no certainty.
  if (sd === null || sd === 0) return { estimate, judged: null };
  const sampled = (own: number, deviation: number, runs: number) => ({
    estimate: own,
    standardError: deviation / Math.sqrt(runs),
    n: runs,
  });
  const theirs = sampled(published.mean, published.sd, assumedPublishedRuns);
  return { estimate, judged: differenceOfMeans(sampled(mean, sd, n), theirs, equivalence) };
}
