/** The figures of a report. */
import * as Plot from "@observablehq/plot";
import { primaryOf } from "entropy-sgd-training";
import { axisBySpan, logarithmicAxis } from "../report/axes.ts";
import { bands } from "../report/bands.ts";
import { leftOutWords } from "../report/decimated.ts";
import { drawFigure, type Figure, type FigureWords } from "../report/drawFigure.ts";
import type { FigureAxis, FigureMark } from "../report/figureOptions.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { type SeriesStyle, stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { inFileName, metricLabel, metricUnit } from "../statistics/metricWords.ts";
import { valueText, withError } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import {
  type CurvePoint,
  firstSeeds,
  lossCurves,
  optimizersOf,
  reportedMetric,
  scopeCurves,
  scopedRun,
  testCurves,
} from "./curves.ts";

/** Outer steps in the running mean of the loss. */
const lossWindow = 5;

/** The figures that the runs have data for. */
export function figuresOf(records: readonly RunRecord[]): Figure[] {
  return [metricFigure(records), lossFigure(records), scopeFigure(records)].filter((figure) => figure !== undefined);
}

/** The name, title and axis of a figure of the primary metric. */
function metricFacts(records: readonly RunRecord[], values: readonly number[]) {
  const { name, better } = reportedMetric(records);
  const axis = axisBySpan(values);
  // The best value of an error is 0; that of others may be anywhere.
  const hasZero = better === "smaller" && axis.type !== "log";
  // An axis from 0 to 0 would have no ticks.
  const domain = hasZero && values.every((value) => value === 0) ? { domain: [0, 1] } : {};
  return {
    words: { name: `test-${inFileName(name)}`, title: `Test ${name}` },
    y: { label: `test ${metricLabel(name)}`, zero: hasZero, ...axis, ...domain },
  };
}

function metricFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = testCurves(records);
  if (points.length === 0) return undefined;
  if (records.every(({ evaluations }) => evaluations.length <= 1)) return stripFigure(records);
  const seeds = points.reduce((most, { n }) => Math.max(most, n), 0);
  const perEpoch = records[0]!.start.gradientsPerEpoch;
  const styles = stylesOf(optimizersOf(records));
  const spreads = seeds < 2 ? [] : bands(points, styles, { x: "gradients", series: "optimizer" });
  const { words: named, y } = metricFacts(
    records,
    points.map(({ mean }) => mean),
  );
  const words = {
    ...named,
    caption:
      `${named.title} at the evaluation point against gradient evaluations (${perEpoch} are one effective epoch). ` +
      (seeds > 1 ? `Lines are means over ${seeds} seeds, bands mean ± one standard deviation.` : "One seed.") +
      leftOutWords(records.map(({ evaluations }) => evaluations)),
  };
  const text = ({ mean, high, n }: CurvePoint): string =>
    (n > 1 ? withError(mean, high - mean) : valueText(mean)) + (n < seeds ? ` (${counted(n, "seed")})` : "");
  const lines = seriesMarks(points, styles, { x: "gradients", y: "mean", series: "optimizer", text });
  return drawn(words, records, [...spreads, ...lines], styles, y);
}

/** The values of runs with one evaluation each, beside one another: a curve would be a point at its end. */
function stripFigure(records: readonly RunRecord[]): Figure {
  const { scale } = metricUnit(reportedMetric(records).name, []);
  const points = records.flatMap(({ settings: { optimizer, seed }, evaluations }) =>
    evaluations.flatMap((event) => {
      const { test } = primaryOf(event);
      return test === null ? [] : [{ optimizer, seed, value: scale * test }];
    }),
  );
  const names = optimizersOf(records);
  const styles = stylesOf(names);
  const means = testCurves(records);
  const marks = [...styles].flatMap(([name, { color, symbol }]) => [
    Plot.tickY(
      means.filter(({ optimizer }) => optimizer === name),
      { x: "optimizer", y: "mean", stroke: color, strokeWidth: 2, insetLeft: 20, insetRight: 20 },
    ),
    told<{ seed: number }>(
      Plot.dot(
        points.filter(({ optimizer }) => optimizer === name),
        { x: "optimizer", y: "value", r: 4.5, symbol, fill: color, fillOpacity: 0.7 },
      ),
      ({ seed }) => `${name}, seed ${seed}`,
    ),
  ]);
  const { words, y } = metricFacts(
    records,
    points.map(({ value }) => value),
  );
  const caption = `${words.title} at the only evaluation, the end of the budget: a marker for each seed, bars are means.`;
  return drawFigure(
    { ...words, caption },
    {
      marginBottom: 20,
      x: { type: "band", domain: names, axis: null },
      y: { labelAnchor: "center", grid: true, ticks: 6, ...y },
      marks,
    },
    { series: styles, sample: "marker", by: "point" },
  );
}

function lossFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = lossCurves(records, lossWindow);
  if (points.length === 0) return undefined;
  const words = {
    name: "batch-loss",
    title: "Mini-batch loss",
    caption:
      `Mini-batch loss ${records.some(({ settings }) => settings.dropout > 0) ? "with dropout " : ""}where gradients are taken (for Entropy-SGD at x'), running mean over ` +
      `${lossWindow} outer steps, first seed.` +
      leftOutWords(firstSeeds(records).map(({ outers }) => outers)),
  };
  const styles = stylesOf(optimizersOf(records));
  return drawn(words, records, longLines(points, styles), styles, { label: "loss (log scale)", ...logarithmicAxis });
}

function scopeFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = scopeCurves(records);
  if (points.length === 0) return undefined;
  const styles = stylesOf([...new Set(points.map(({ series }) => series))]);
  const words = {
    name: "scope",
    title: "Scope",
    caption:
      "Distance of the inner point, norm of the local-entropy gradient and of the last mini-batch gradient at each outer " +
      "step of the first run with a scope. The paper advises a γ that makes ‖γ(x − μ)‖ comparable to ‖∇f‖." +
      leftOutWords([scopedRun(records)?.outers ?? []]),
  };
  return drawn(words, records, longLines(points, styles), styles, { label: "norm (log scale)", ...logarithmicAxis });
}

function longLines(points: ReturnType<typeof lossCurves>, styles: ReadonlyMap<string, SeriesStyle>): FigureMark[] {
  return seriesMarks(points, styles, {
    x: "gradients",
    y: "value",
    series: "series",
    strokeWidth: 1.5,
    markers: "few",
  });
}

function drawn(
  words: FigureWords,
  records: readonly RunRecord[],
  marks: readonly FigureMark[],
  styles: ReadonlyMap<string, SeriesStyle>,
  y: FigureAxis,
): Figure {
  const end = Math.max(...records.map(({ start }) => start.totalGradients));
  return drawFigure(
    words,
    {
      x: { label: "gradient evaluations", labelAnchor: "center", grid: true, domain: [0, end], ticks: 8 },
      y: { labelAnchor: "center", grid: true, ticks: 6, ...y },
      marks,
    },
    { series: styles },
  );
}
