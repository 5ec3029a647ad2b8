/** Numbers behind the figures: means over seeds and running means. */
import { type OuterEvent, type PrimaryMetric, primaryOf, type RecordedEvaluation } from "entropy-sgd-training";
import { decimated } from "../report/decimated.ts";
import { primaryMetric, sharedMetric } from "../runs/primaryMetric.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { metricUnit } from "../statistics/metricWords.ts";
import { spreadOf } from "../statistics/spread.ts";

/** A point of a metric's curve over the seeds of one optimizer. */
export interface CurvePoint {
  readonly optimizer: string;
  readonly gradients: number;
  /** Errors in per cent. */
  readonly mean: number;
  /** Mean ± one standard deviation; equal to the mean for one seed. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The primary metric of the runs of a report. @throws InputError if they have different ones */
export function reportedMetric(records: readonly RunRecord[]): PrimaryMetric {
  return sharedMetric(records.map(primaryMetric), "a report");
}

/** The primary metric on the test set by optimizer and gradients; points that only some seeds reached are means over those. */
export function testCurves(records: readonly RunRecord[]): CurvePoint[] {
  const { scale } = metricUnit(reportedMetric(records).name, []);
  return optimizersOf(records).flatMap((optimizer) => {
    const own = records.filter((record) => record.settings.optimizer === optimizer);
    const points = bandOver(
      own.flatMap(({ evaluations }) => evaluations),
      (event) => {
        const { test } = primaryOf(event);
        return test === null ? null : scale * test;
      },
    ).map((point) => ({ optimizer, ...point }));
    return decimated(points, ({ mean }) => mean);
  });
}

/** Mean ± one standard deviation over the evaluations at equal gradients, of several seeds, in order of gradients; null is no value. */
export function bandOver(
  evaluations: readonly RecordedEvaluation[],
  valueIn: (event: RecordedEvaluation) => number | null,
): Omit<CurvePoint, "optimizer">[] {
  const valuesAt = new Map<number, number[]>();
  for (const event of evaluations) {
    const value = valueIn(event);
    if (value === null) continue;
    const here = valuesAt.get(event.gradients);
    if (here === undefined) valuesAt.set(event.gradients, [value]);
    else here.push(value);
  }
  return [...valuesAt]
    .sort(([a], [b]) => a - b)
    .flatMap(([gradients, values]) => {
      const { mean, sd, n } = spreadOf(values);
      if (mean === null) return [];
      return [{ gradients, mean, low: mean - (sd ?? 0), high: mean + (sd ?? 0), n }];
    });
}

/** Optimizers in order of appearance. */
export function optimizersOf(records: readonly Pick<RunRecord, "settings">[]): string[] {
  return [...new Set(records.map(({ settings }) => settings.optimizer))];
}

/** A number along a run. */
export interface SeriesPoint {
  readonly series: string;
  readonly gradients: number;
  readonly value: number;
}

/** Running mean of the mini-batch losses of each optimizer's first seed, over `window` outer steps. */
export function lossCurves(records: readonly RunRecord[], window: number): SeriesPoint[] {
  return firstSeeds(records).flatMap(({ settings, outers }) => {
    const points = outers.map(({ gradients }, i) => {
      const recent = outers.slice(Math.max(0, i - window + 1), i + 1);
      const value = recent.reduce((sum, { batchLoss }) => sum + batchLoss, 0) / recent.length;
      return { series: settings.optimizer, gradients, value };
    });
    return drawable(points);
  });
}

/** ‖x' − x‖, ‖γ(x − μ)‖ and ‖∇f‖ at each outer step of the first run that has a scope; empty without one. */
export function scopeCurves(records: readonly RunRecord[]): SeriesPoint[] {
  const run = scopedRun(records);
  if (run === undefined) return [];
  const norms = [
    ["‖x' − x‖", ({ distance }: OuterEvent) => distance],
    ["‖γ(x − μ)‖", ({ localEntropyGradientNorm }: OuterEvent) => localEntropyGradientNorm],
    ["‖∇f‖", ({ gradientNorm }: OuterEvent) => gradientNorm],
  ] as const;
  return norms.flatMap(([series, normOf]) =>
    drawable(run.outers.map((outer) => ({ series, gradients: outer.gradients, value: normOf(outer) ?? 0 }))),
  );
}

/** The first run that has a scope. */
export function scopedRun(records: readonly RunRecord[]): RunRecord | undefined {
  return records.find(({ outers }) => outers.some(({ scope }) => scope !== null));
}

/** The first run of each optimizer. */
export function firstSeeds(records: readonly RunRecord[]): RunRecord[] {
  return optimizersOf(records).map((name) => records.find(({ settings }) => settings.optimizer === name)!);
}

/** Positive values alone, as a logarithmic axis needs, and no more points than can be seen. */
function drawable(points: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const positive = points.filter(({ value }) => Number.isFinite(value) && value > 0);
  return decimated(positive, ({ value }) => value);
}
