/** Curves of one run: an interval of its outer steps, smoothed, then thinned so that no extreme is lost. */
import { keptIndices } from "../report/decimated.ts";
import type { Curve, CurveAxis, CurveColumn } from "./api.ts";
import { curveColumns, firstBehind, type LogColumns, orNull } from "./logColumns.ts";
import { runningMean } from "./runningMean.ts";

/** What of a run is asked for. */
export interface CurveQuery {
  readonly x: CurveAxis;
  /** The interval of x; null for no bound. */
  readonly from: number | null;
  readonly to: number | null;
  /** The most points that are answered. */
  readonly points: number;
  /** Outer steps of the running mean. */
  readonly smoothing: number;
  readonly columns: readonly CurveColumn[];
}

/** Fewer points than this would not hold the extremes of one bin. */
export const minPoints: number = 2 + 2 * curveColumns.length;

/** The curve, without run and position. Cost: two passes over the steps in the interval for each column, where they are smoothed four. */
export function curveOf(
  log: LogColumns,
  { x, from, to, points, smoothing, columns }: CurveQuery,
): Omit<Curve, "run" | "position"> {
  const xs = axisOf(log, x);
  const begin = from === null ? 0 : Math.max(0, firstBehind(xs, from) - 1);
  const end = to === null ? xs.length : Math.min(xs.length, firstBehind(xs, to) + 1);
  const drawn = columns.filter((name) => log.columns[name].some((value) => !Number.isNaN(value)));
  const curves = drawn.map((name) => runningMean(log.columns[name], smoothing, begin, end));
  const inInterval = Math.max(0, end - begin);
  const numBins = Math.max(1, Math.floor(points / (2 + 2 * drawn.length)));
  const kept =
    inInterval <= points
      ? Array.from({ length: inInterval }, (_, i) => begin + i)
      : keptIndices(begin, end, numBins, curves);
  return {
    axis: x,
    total: xs.length,
    inInterval,
    extent: xs.length === 0 ? null : [xs[0]!, xs.at(-1)!],
    x: kept.map((at) => xs[at]!),
    gradients: kept.map((at) => log.gradients[at]!),
    columns: Object.fromEntries(
      columns.map((name) => {
        const own = curves[drawn.indexOf(name)];
        return [name, own === undefined ? null : kept.map((at) => orNull(own(at)))];
      }),
    ),
  };
}

/** The x of each outer step, ascending. */
function axisOf(log: LogColumns, axis: CurveAxis): readonly number[] {
  if (axis === "gradients") return log.gradients;
  return axis === "epochs" ? log.epochs : secondsOf(log);
}

/**
 * Wall time at each outer step: linear between evaluations, which alone are timed, from 0 at the start; behind the last one at the
 * pace before it; 0 before the first one is done.
 */
function secondsOf({ gradients, evaluations }: LogColumns): number[] {
  const timed = [{ gradients: 0, seconds: 0 }, ...evaluations.map(({ item }) => item)];
  let next = 1;
  return gradients.map((at) => {
    while (next < timed.length - 1 && timed[next]!.gradients < at) next++;
    const [before, after] = [timed[Math.min(next, timed.length - 1) - 1] ?? timed[0]!, timed[next] ?? timed[0]!];
    const length = after.gradients - before.gradients;
    const pace = length > 0 ? (after.seconds - before.seconds) / length : 0;
    return before.seconds + pace * (at - before.gradients);
  });
}
