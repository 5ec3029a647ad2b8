/** A run's outer steps as the page has them: an answer of the server, and what was appended to the log since. */
import type { Curve, CurveColumn, LogBatch } from "entropy-sgd-lab";
import type { Axis } from "../state/address.ts";

/** The quantities of an outer step, in the order of the figures. */
const columnNames = [
  "batchLoss",
  "learningRate",
  "scope",
  "distance",
  "localEntropyGradientNorm",
  "gradientNorm",
] as const satisfies readonly CurveColumn[];

/** Columns of equal length, x ascending. */
export interface CurveData {
  readonly axis: Axis;
  readonly x: readonly number[];
  readonly gradients: readonly number[];
  readonly columns: Readonly<Record<CurveColumn, readonly (number | null)[]>>;
}

/** An answer without the steps that have no place on the axis: seconds are unknown before the first evaluation. */
export function dataOf({ axis, x, gradients, columns }: Curve): CurveData {
  const placed = x.flatMap((value, i) => (value === null ? [] : [i]));
  const isWhole = placed.length === x.length;
  const pick = <Value>(values: readonly Value[]): readonly Value[] =>
    isWhole ? values : placed.map((i) => values[i]!);
  const empty = placed.map(() => null);
  return {
    axis,
    x: pick(x) as readonly number[],
    gradients: pick(gradients),
    columns: byColumn((name) => (columns[name] ? pick(columns[name]) : empty)),
  };
}

/**
 * The data with what a batch appends: steps that it has already are passed over, so that batches may overlap an answer.
 *
 * @returns the same data where there is nothing new, or where the axis is of seconds, which steps do not have
 */
export function appended(data: CurveData, { outers }: Pick<LogBatch, "outers">): CurveData {
  if (data.axis === "seconds") return data;
  const last = data.gradients.at(-1) ?? Number.NEGATIVE_INFINITY;
  const first = outers.gradients.findIndex((gradients) => gradients > last);
  if (first < 0) return data;
  const xs = data.axis === "epochs" ? outers.epochs : outers.gradients;
  return {
    axis: data.axis,
    x: data.x.concat(xs.slice(first)),
    gradients: data.gradients.concat(outers.gradients.slice(first)),
    columns: byColumn((name) => data.columns[name].concat(outers.columns[name].slice(first))),
  };
}

function byColumn<Value>(ofColumn: (name: CurveColumn) => Value): Record<CurveColumn, Value> {
  return Object.fromEntries(columnNames.map((name) => [name, ofColumn(name)])) as Record<CurveColumn, Value>;
}
