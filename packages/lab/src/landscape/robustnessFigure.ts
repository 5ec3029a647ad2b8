import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { stylesOf } from "../report/styles.ts";
import { detectableInWords, differenceCaption, differenceHead, notDistinguishable } from "../statistics/words.ts";
import type { RobustnessDifference, RobustnessPoint } from "./measureRobustness.ts";
import { short, withError } from "./numbers.ts";
import { perturbations } from "./perturbations.ts";

/** Test errors of one solution, or of one condition over seeds, under every perturbation. */
export interface NamedRobustness {
  readonly name: string;
  readonly points: readonly Omit<RobustnessPoint, "blocks">[];
}

/** One figure per perturbation: error against size, bars of two standard errors. */
export function robustnessFigures(series: readonly NamedRobustness[]): Figure[] {
  return perturbations.map(({ name: perturbation, unit }) => {
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
    const bars = [...styles].map(([name, { color }]) =>
      Plot.ruleX(
        points.filter((point) => point.series === name),
        { x: "size", y1: "low", y2: "high", stroke: color },
      ),
    );
    return drawFigure(
      {
        name: `robustness-${perturbation}`,
        title: perturbation.replaceAll("-", " "),
        caption: "Test error against the size of the perturbation; bars are two standard errors.",
      },
      {
        height: 330,
        x: { label: unit, labelAnchor: "center", grid: true, ticks: 6 },
        y: { label: "test error, %", labelAnchor: "center", grid: true, ticks: 6, zero: true },
        marks: [...bars, ...seriesMarks(points, styles, { x: "size", y: "value", series: "series" })],
      },
      styles,
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
  const percent = (value: number): string => `${(100 * value).toFixed(2)}`;
  const rows = differences.map(({ perturbation, size, error }, k) => [
    perturbation === "none" ? "none" : `${perturbation} ${size}`,
    `${percent(a.points[k]!.error.estimate)} ± ${percent(a.points[k]!.error.standardError)}`,
    `${percent(b.points[k]!.error.estimate)} ± ${percent(b.points[k]!.error.standardError)}`,
    `${percent(error.estimate)} ± ${percent(error.standardError)} points`,
    detectableInWords(error, (value) => `${percent(value)} points`),
    error.seen ? `${error.estimate < 0 ? a.name : b.name} errs less` : notDistinguishable,
  ]);
  const losses = differences.map(({ perturbation, size, loss }, k) => [
    perturbation === "none" ? "none" : `${perturbation} ${size}`,
    short(a.points[k]!.loss.estimate),
    short(b.points[k]!.loss.estimate),
    withError(loss.estimate, loss.standardError),
    detectableInWords(loss, short),
    loss.seen ? `${loss.estimate < 0 ? a.name : b.name} is lower` : notDistinguishable,
  ]);
  const lead =
    "A flat region is said to bear disturbed inputs, noisy activations and noisy weights. Both solutions see the same test " +
    "images under the same noise, block by block, so that what both share cancels in the difference.";
  return htmlPage(
    `Robustness: ${a.name} and ${b.name}`,
    `<p class="lead">${escaped(lead)}</p>
<h2>Test error, %</h2>
${table([["perturbation", a.name, b.name, ...differenceHead], ...rows], `${a.name} minus ${b.name}, over blocks of images. ${differenceCaption}`)}
<h2>Test loss</h2>
${table([["perturbation", a.name, b.name, ...differenceHead], ...losses], "The same of the loss.")}
${figures.map(figureHtml).join("\n")}
${settingsHtml(settings, "With batch norm, disturbed weights have statistics of their own, as a network deployed with them would; noise of inputs and activations meets those of the solution.")}`,
  );
}
