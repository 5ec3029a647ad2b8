/** A figure for each varied name: results against its values. */
import * as Plot from "@observablehq/plot";
import { valueText } from "../experiments/sweep/planSweep.ts";
import { type Criterion, criterionValue, type SweepResult } from "../experiments/sweep/sweepResult.ts";
import { axisBySpan, logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import type { FigureAxis } from "../report/figureOptions.ts";
import { stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { metricLabel, metricUnit } from "../statistics/metricWords.ts";
import { tickLabel } from "../statistics/numbers.ts";
import { medianOf } from "../statistics/spread.ts";
import { variedNames } from "./sweepWords.ts";

/** A run at the value of its configuration. */
interface Point {
  /** A number, or text if some value of the name is not a number. */
  readonly x: number | string;
  readonly y: number;
  readonly optimizer: string;
  readonly run: string;
}

/** The data of one name's figure. */
interface Series {
  readonly points: readonly Point[];
  readonly isNumeric: boolean;
  readonly numConfigurations: number;
  /** Runs without a number to draw. */
  readonly numDiverged: number;
}

/** The label of the axis of a criterion, and what its values are multiplied by. */
function axisOf({ field, name }: Criterion): { readonly label: string; readonly scale: number } {
  if (field === "trainLoss") return { label: "training loss", scale: 1 };
  return { label: `validation ${metricLabel(name)}`, scale: metricUnit(name, []).scale };
}

/** The figures of the names that have more than one value with results. */
export function sweepFigures(result: SweepResult): Figure[] {
  const all = variedNames(result.configurations.map(({ configuration }) => configuration))
    .map((name) => ({ name, series: seriesOf(result, name) }))
    .filter(({ series }) => new Set(series.points.map(({ x }) => x)).size > 1);
  // The same quantity has the same axis in all of them.
  const scale = axisBySpan(all.flatMap(({ series }) => series.points.map(({ y }) => y)));
  const label = axisOf(result.criterion).label + (scale.type === "log" ? " (log scale)" : "");
  return all.map(({ name, series }) => figureOf(name, series, { ...scale, label }));
}

function seriesOf({ configurations, criterion }: SweepResult, name: string): Series {
  const own = configurations.flatMap(({ configuration, runs }) => {
    const value = configuration.parameters[name];
    const { label, optimizer } = configuration;
    return value === undefined ? [] : [{ value, runs, optimizer, label }];
  });
  const isNumeric = own.every(({ value }) => typeof value === "number");
  const { scale } = axisOf(criterion);
  const points = own.flatMap(({ value, runs, optimizer, label }) =>
    runs.flatMap(({ result }): Point[] => {
      const y = criterionValue(result, criterion);
      const x = isNumeric && typeof value === "number" ? value : valueText(value);
      return y === null ? [] : [{ x, y: scale * y, optimizer, run: `${label}, seed ${result.seed}` }];
    }),
  );
  const numRuns = own.reduce((sum, { runs }) => sum + runs.length, 0);
  return { points, isNumeric, numConfigurations: own.length, numDiverged: numRuns - points.length };
}

function figureOf(name: string, series: Series, yAxis: FigureAxis): Figure {
  const { points, isNumeric, numConfigurations, numDiverged } = series;
  const styles = stylesOf([...new Set(points.map(({ optimizer }) => optimizer))]);
  const medians = mediansOf(points);
  // If no two configurations share a value, a line would follow noise.
  const hasLine = isNumeric && new Set(points.map(({ x }) => x)).size < numConfigurations;
  const xs = points.map(({ x }) => x);
  const xAxis = isNumeric ? numericAxis(xs.map(Number)) : {};
  const caption = [
    "A marker for each run, whatever its other values are.",
    ...(hasLine ? ["Lines join the medians of the runs with the same value."] : []),
    ...(isNumeric ? [] : ["Bars are medians of the runs with the same value."]),
    ...(numDiverged === 0
      ? []
      : [`Not drawn, as they diverged: ${numDiverged} of ${points.length + numDiverged} runs.`]),
  ].join(" ");
  const marks = [...styles].flatMap(([optimizer, { color, dash, symbol }]) => {
    const own = (all: readonly Point[]): Point[] => all.filter((point) => point.optimizer === optimizer);
    const joined = own(medians);
    const place = { x: "x", y: "y", stroke: color };
    return [
      ...(hasLine && joined.length > 1
        ? [Plot.line(joined, { ...place, z: null, strokeWidth: 1.5, strokeDasharray: dash })]
        : []),
      ...(isNumeric ? [] : [Plot.tickY(joined, { ...place, strokeWidth: 2 })]),
      told<Point>(
        Plot.dot(own(points), { x: "x", y: "y", r: 4, symbol, fill: color, fillOpacity: 0.6 }),
        ({ run }) => run,
      ),
    ];
  });
  return drawFigure(
    { name: `by-${name}`, title: `By ${name}`, caption },
    {
      x: {
        label: name + (xAxis.type === "log" ? " (log scale)" : ""),
        labelAnchor: "center",
        ...(isNumeric ? { grid: true, ...xAxis } : { type: "band", domain: [...new Set(xs)] }),
      },
      y: { labelAnchor: "center", grid: true, ticks: 6, ...yAxis },
      marks,
    },
    { series: styles.size > 1 ? styles : new Map(), sample: hasLine ? "line" : "marker", by: "point" },
  );
}

/** Medians of each optimizer's points with the same value, in order of values; diverging runs do not move a median. */
function mediansOf(points: readonly Point[]): Point[] {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const key = JSON.stringify([point.x, point.optimizer]);
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()]
    .map((own) => ({ ...own[0]!, y: medianOf(own.map(({ y }) => y)) }))
    .sort((one, other) => (typeof one.x === "number" && typeof other.x === "number" ? one.x - other.x : 0));
}

/** An axis with a tick at each of a few values, logarithmic where their ratios are more alike than their differences. */
function numericAxis(values: readonly number[]): FigureAxis {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const few = sorted.length <= 8 ? { ticks: sorted, tickFormat: tickLabel } : {};
  if (sorted.length < 3 || sorted[0]! <= 0) return { ...few, ...axisBySpan(sorted) };
  const spread = (of: (a: number, b: number) => number): number => {
    const gaps = sorted.slice(1).map((value, i) => of(sorted[i]!, value));
    return Math.max(...gaps) / Math.min(...gaps);
  };
  const isGeometric = spread((a, b) => Math.log(b / a)) < spread((a, b) => b - a);
  return { ...few, ...(isGeometric ? logarithmicAxis : axisBySpan(sorted)) };
}
