import * as Plot from "@observablehq/plot";
import type { RobustnessDifference, RobustnessPoint } from "../measure/measureRobustness.ts";
import { fixed, short, withError } from "../measure/numbers.ts";
import { perturbationLabel, perturbations } from "../measure/perturbations.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { stylesOf } from "../report/styles.ts";
import { detectableInWords, differenceCaption, differenceHead, notDistinguishable } from "../statistics/words.ts";

/** Test errors of one solution, or of one condition over seeds, under every perturbation. */
export interface NamedRobustness {
  readonly name: string;
  readonly points: readonly Omit<RobustnessPoint, "blocks">[];
}

const barsOfRuns =
  "bars are two standard errors of each run alone. Images and noise are shared, so that differences are known better than " +
  "these: the table has them.";

/** One figure per perturbation: error against size, with bars of two standard errors, of which the caption says `bars`. */
export function robustnessFigures(series: readonly NamedRobustness[], bars: string = barsOfRuns): Figure[] {
  return perturbations.map(({ name: perturbation, title, unit, details }) => {
    const points = series.flatMap(({ name, points: own }) =>
      own
        .filter((point) => point.perturbation === perturbation || point.perturbation === "none")
        .map(({ size, error: { estimate, standardError } }) => ({
          series: name,
          size,
          value: 100 * estimate,
          low: 100 * Math.max(0, estimate - 2 * standardError),
          high: 100 * (estimate + 2 * standardError),
        })),
    );
    const styles = stylesOf(series.map(({ name }) => name));
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
          `Test error against the size of the perturbation; ${bars}`,
          ...(details === undefined ? [] : [details]),
        ].join(" "),
      },
      {
        height: 330,
        x: { label: unit, labelAnchor: "center", grid: true, ticks: 6 },
        y: { label: "test error, %", labelAnchor: "center", grid: true, ticks: 6, zero: true },
        marks: [...whiskers, ...seriesMarks(points, styles, { x: "size", y: "value", series: "series" })],
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
): string {
  const [a, b] = series;
  const points = (error: number): string => fixed(100 * error, 2);
  const rows = differences.map((difference, k) => [
    perturbationLabel(difference),
    ...cellsOf(difference.error, ["errs less", points], [a.name, b.name]),
    ...[a, b].map(({ points: own }) => withSpread(own[k]!.error, points)),
  ]);
  const losses = differences.map((difference, k) => [
    perturbationLabel(difference),
    ...cellsOf(difference.loss, ["is lower", short], [a.name, b.name]),
    ...[a, b].map(({ points: own }) => withError(own[k]!.loss.estimate, own[k]!.loss.standardError)),
  ]);
  const lead =
    "A flat region is said to bear disturbed inputs, noisy activations and noisy weights. Both solutions see the same test " +
    "images under the same noise, block by block, so that what both share cancels in the difference.";
  return htmlPage(
    `Robustness: ${a.name} and ${b.name}`,
    `<p class="lead">${escaped(lead)}</p>
<h2>Test error, %</h2>
${table([["perturbation", ...differenceHead, a.name, b.name], ...rows], `${a.name} minus ${b.name}, in points; every ± is a standard error over blocks of images. ${differenceCaption}`)}
<h2>Test loss</h2>
${table([["perturbation", ...differenceHead, a.name, b.name], ...losses], "The same of the loss.")}
${figures.map(figureHtml).join("\n")}
${settingsHtml(settings, "With batch norm, disturbed weights have statistics of their own, as a network deployed with them would; noise of inputs and activations meets those of the solution.")}`,
  );
}

/** Verdict, difference and what could have been seen. */
function cellsOf(
  difference: RobustnessDifference["error"],
  [verdict, shown]: readonly [string, (value: number) => string],
  [first, second]: readonly [string, string],
): string[] {
  const { estimate, standardError, seen } = difference;
  return [
    seen ? `${estimate < 0 ? first : second} ${verdict}` : notDistinguishable,
    `${shown(estimate)} ± ${shown(standardError)}`,
    detectableInWords(difference, shown),
  ];
}

function withSpread({ estimate, standardError }: RobustnessPoint["error"], shown: (value: number) => string): string {
  return `${shown(estimate)} ± ${shown(standardError)}`;
}
