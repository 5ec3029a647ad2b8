/** Error against effective epochs, in the layout of the paper's figures: methods together, means over seeds, published levels. */
import * as Plot from "@observablehq/plot";
import type { Quantity } from "../experiments/reproduce/quantities.ts";
import type { MethodResult, ReproductionResult } from "../experiments/reproduce/reproductionResult.ts";
import { bands } from "../report/bands.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import type { FigureMark } from "../report/figureOptions.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { type SeriesStyle, stylesOf, surfaceColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { fixed, plain, withDeviation } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { bandOver } from "./curves.ts";
import { publishedText } from "./reproductionWords.ts";

interface Point {
  readonly series: string;
  readonly epochs: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** The figure; undefined where no run has an evaluation. */
export function reproductionFigure(result: ReproductionResult): Figure | undefined {
  const { reproduction, quantity, methods } = result;
  const all = methods.flatMap((method) => pointsOf(method, result));
  if (all.length === 0) return undefined;
  const [least, most] = shownRange(all, result);
  const points = all.filter(({ mean }) => mean <= most);
  const seeds = points.reduce((most, { n }) => Math.max(most, n), 0);
  const names = methods.map(({ method }) => method.optimizer);
  const styles = stylesOf(names);
  // A run ends with a whole outer step, beyond its budget where that is not a number of them.
  const end = Math.max(...methods.map(({ budget }) => budget), ...all.map(({ epochs }) => epochs));
  const within = points.map((point) => ({ ...point, high: Math.min(point.high, most) }));
  const spreads = seeds < 2 ? [] : bands(within, styles, { x: "epochs", series: "series" });
  const { digits } = quantity.unit;
  const text = ({ mean, high, n }: Point): string =>
    withDeviation({ mean, sd: n > 1 ? high - mean : null, n }, digits) + (n < seeds ? ` (${counted(n, "run")})` : "");
  const lines = seriesMarks(points, styles, { x: "epochs", y: "mean", series: "series", markers: "few", text });
  const levels = methods.flatMap((method) => levelOf(method, result, styles.get(method.method.optimizer)!, end));
  return drawFigure(
    {
      name: "reproduction",
      title: `${reproduction.title}: ${quantity.label.replace(/,.*/, "")} against effective epochs`,
      caption: captionOf(result, seeds) + leftOut(all.length - points.length, most, quantity),
    },
    {
      x: { label: "effective epochs (epochs × L)", labelAnchor: "center", grid: true, domain: [0, end], ticks: 8 },
      y: { label: quantity.label, labelAnchor: "center", grid: true, ticks: 6, domain: [least, most] },
      marks: [...spreads, ...levels, ...lines],
    },
    { series: styles },
  );
}

/** How many times the lowest value the highest is that is shown: the ends of the curves are what is compared, as in the paper's figures. */
const shownSpan = 3;

/** The range of the axis: from below the lowest value, to where the ends of all curves are in it. */
function shownRange(points: readonly Point[], { methods, quantity }: ReproductionResult): [number, number] {
  const { scale } = quantity.unit;
  const published = methods.flatMap(({ method }) => (method.published === null ? [] : [scale * method.published.mean]));
  const best = methods.flatMap(({ method }) => {
    const own = points.filter(({ series }) => series === method.optimizer).map(({ mean }) => mean);
    return own.length === 0 ? [] : [Math.min(...own)];
  });
  const least = Math.min(...published, ...best);
  const highest = Math.max(...points.map(({ high }) => high), ...published);
  const most = Math.min(highest, Math.max(shownSpan * least, 1.2 * Math.max(...best), ...published));
  // All curves may lie at one value.
  return [0.9 * least, most > least ? most : least + 1];
}

function leftOut(number: number, most: number, { sign, unit }: Quantity): string {
  return number === 0 ? "" : ` Means above ${fixed(most, unit.digits)}${sign} are left out.`;
}

/** Means over the runs of a method, whole and unfinished ones. */
function pointsOf({ method }: MethodResult, { runs, quantity }: ReproductionResult): Point[] {
  const own = runs.filter(({ condition }) => condition === method.optimizer);
  const perEpoch = own[0]?.start.gradientsPerEpoch ?? 1;
  const { scale } = quantity.unit;
  return bandOver(
    own.flatMap(({ evaluations }) => evaluations),
    (evaluation) => {
      const value = quantity.valueIn(evaluation);
      return value === null ? null : scale * value;
    },
  ).map(({ gradients, ...point }) => ({ series: method.optimizer, epochs: gradients / perEpoch, ...point }));
}

/** The published level as a dashed line with its text, and where on it the paper's best point lies. */
function levelOf(
  { method }: MethodResult,
  { quantity, scale: share }: ReproductionResult,
  { color, symbol }: SeriesStyle,
  end: number,
): FigureMark[] {
  const { published, optimizer } = method;
  if (published === null) return [];
  const { unit, sign } = quantity;
  const y = unit.scale * published.mean;
  const words = `${publishedText(published, unit)}${sign} at ${published.epoch}`;
  const name = `${optimizer}, published`;
  const [at, ends] = [{ x: Math.min(end, published.epoch), y }, [0, end].map((x) => ({ x, y }))];
  const options = { stroke: color, strokeWidth: 1.6, strokeDasharray: "2 4" };
  return [
    told(Plot.line(ends, { x: "x", y: "y", z: null, ...options }), name, { text: () => words }),
    ...(share === 1 && published.epoch <= end
      ? [
          Plot.dot([at], {
            x: "x",
            y: "y",
            symbol,
            stroke: color,
            strokeWidth: 2,
            fill: surfaceColor,
            r: 5.5,
          }),
        ]
      : []),
  ];
}

function captionOf({ methods, quantity, scale }: ReproductionResult, seeds: number): string {
  const { unit, sign } = quantity;
  const published = methods.flatMap(({ method: { published: own, optimizer } }) =>
    own === null ? [] : [`${publishedText(own, unit)}${sign} of ${optimizer} at ${own.epoch}`],
  );
  const levels =
    published.length === 0
      ? ""
      : ` Dotted: the published best points, ${published.join(" and ")}${scale === 1 ? ", hollow markers where they lie within the budget" : ""}.`;
  const over =
    seeds > 1 ? `Lines are means over up to ${seeds} seeds, bands mean ± one standard deviation.` : "One seed.";
  const shortened = scale === 1 ? "" : ` At scale ${plain(scale)} of the published budgets.`;
  return `At the evaluation point, after every effective epoch, inner steps counted. ${over}${levels}${shortened}`;
}
