import * as Plot from "@observablehq/plot";
import type { MeanEstimate, PairedDifference } from "entropy-sgd/landscape";
import type { Better, PrimaryMetric } from "entropy-sgd-training";
import type { RobustnessDifference, RobustnessPoint } from "../measure/measureRobustness.ts";
import { perturbationLabel, perturbations } from "../measure/perturbations.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { stylesOf } from "../report/styles.ts";
import { betterWords, metricLabel, metricUnit, signOf } from "../statistics/metricWords.ts";
import { inPercent, plusMinus, short, withError } from "../statistics/numbers.ts";
import { detectableInWords, differenceCaption, differenceHead, notDistinguishable } from "../statistics/words.ts";

/** Test metrics of one solution, or of one condition over seeds, under every perturbation. */
export interface NamedRobustness {
  readonly name: string;
  readonly points: readonly Omit<RobustnessPoint, "blocks">[];
}

const barsOfRuns =
  "bars are two standard errors of each run alone. Images and noise are shared, so that differences are known better than " +
  "these: the table has them.";

/** One figure per perturbation: the metric against size, with bars of two standard errors, of which the caption says `bars`. */
export function robustnessFigures(
  series: readonly NamedRobustness[],
  { name: metric, better }: PrimaryMetric,
  bars: string = barsOfRuns,
): Figure[] {
  const { scale } = metricUnit(metric, []);
  // No error is below 0.
  const least = better === "smaller" ? 0 : Number.NEGATIVE_INFINITY;
  const measured = new Set(series.flatMap(({ points }) => points.map(({ perturbation }) => perturbation)));
  const drawn = perturbations.filter(({ name }) => measured.has(name));
  return drawn.map(({ name: perturbation, title, unit, details }) => {
    const points = series.flatMap(({ name, points: own }) =>
      own
        .filter((point) => point.perturbation === perturbation || point.perturbation === "none")
        .filter((point) => Number.isFinite(point.metric.estimate))
        .map(({ size, metric: { estimate, standardError } }) => ({
          series: name,
          size,
          value: scale * estimate,
          standardError: scale * standardError,
          low: scale * Math.max(least, estimate - 2 * standardError),
          high: scale * (estimate + 2 * standardError),
        })),
    );
    const styles = stylesOf(series.map(({ name }) => name));
    const text = ({ value, standardError }: (typeof points)[number]): string => withError(value, standardError);
    const whiskers = [...styles].map(([name, { color }]) =>
      Plot.ruleX(
        points.filter((point) => point.series === name),
        { x: "size", y1: "low", y2: "high", stroke: color },
      ),
    );
    return drawFigure(
      {
        name: `robustness-${perturbation}`,
        title: `${title[0]!.toUpperCase()}${title.slice(1)}`,
        caption: [
          `Test ${metric} against the size of the perturbation; ${bars}`,
          ...(details === undefined ? [] : [details]),
        ].join(" "),
      },
      {
        height: 330,
        x: { label: unit, labelAnchor: "center", grid: true, ticks: 6 },
        y: {
          label: `test ${metricLabel(metric)}`,
          labelAnchor: "center",
          grid: true,
          ticks: 6,
          zero: better === "smaller",
        },
        marks: [...whiskers, ...seriesMarks(points, styles, { x: "size", y: "value", series: "series", text })],
      },
      { series: styles },
    );
  });
}

/** A page with the figures, the paired differences and what they mean. */
export function robustnessPage(
  series: readonly [NamedRobustness, NamedRobustness],
  differences: readonly RobustnessDifference[],
  figures: readonly Figure[],
  settings: PageSettings,
  metric: PrimaryMetric,
): string {
  const [a, b] = series;
  const format = metricFormat(metric);
  const rows = differences.map((difference, k) => [
    perturbationLabel(difference),
    ...cellsOf(difference.metric, betterWords(metric), format, [a.name, b.name], metric.better),
    ...[a, b].map(({ points: own }) => format.withError(own[k]!.metric)),
  ]);
  const lossRows = differences.map((difference, k) => [
    perturbationLabel(difference),
    ...cellsOf(difference.loss, "is lower", losses, [a.name, b.name]),
    ...[a, b].map(({ points: own }) => losses.withError(own[k]!.loss)),
  ]);
  const lead =
    "A flat region is said to bear disturbed inputs, noisy activations and noisy weights. Both solutions see the same test " +
    "images under the same noise, block by block, so that what both share cancels in the difference.";
  return htmlPage(
    `Robustness: ${a.name} and ${b.name}`,
    `<p class="lead">${escaped(lead)}</p>
<h2>${escaped(`Test ${metricLabel(metric.name)}`)}</h2>
${table([["perturbation", ...differenceHead, a.name, b.name], ...rows], `${a.name} minus ${b.name}${signOf(metric.name) === "" ? "" : ", in points"}; every ± is a standard error over blocks of images. ${differenceCaption}`)}
<h2>Test loss</h2>
${table([["perturbation", ...differenceHead, a.name, b.name], ...lossRows], "The same of the loss.")}
${figures.map(figureHtml).join("\n")}
${settingsHtml(settings, "With batch norm, disturbed weights have statistics of their own, as a network deployed with them would; noise of inputs and activations meets those of the solution.")}`,
  );
}

/** Verdict, difference and what could have been seen. */
function cellsOf(
  difference: PairedDifference,
  verdict: string,
  format: Format,
  [first, second]: readonly [string, string],
  better: Better = "smaller",
): string[] {
  const { estimate, seen } = difference;
  return [
    seen ? `${estimate < 0 === (better === "smaller") ? first : second} ${verdict}` : notDistinguishable,
    format.withError(difference),
    detectableInWords(difference, format.amount),
  ];
}

/** How a quantity and its error are printed. */
interface Format {
  readonly amount: (value: number) => string;
  readonly withError: (found: MeanEstimate) => string;
}

function metricFormat({ name }: PrimaryMetric): Format {
  if (signOf(name) === "") return losses;
  return {
    amount: (value) => inPercent(value),
    withError: ({ estimate, standardError }) => plusMinus(estimate, standardError, 2, 100),
  };
}

const losses: Format = {
  amount: (value) => short(value),
  withError: ({ estimate, standardError }) => withError(estimate, standardError),
};
