import * as Plot from "@observablehq/plot";
import type { LocalEntropyCurve } from "../measure/measureLocalEntropy.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { stylesOf, surfaceColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { valueText, withError } from "../statistics/numbers.ts";

/** The curve of one run under its name. */
export interface NamedCurve {
  readonly name: string;
  readonly curve: LocalEntropyCurve;
}

/** −F̃ against σ for each run and estimator; bars are two standard errors, hollow points do not apply. */
export function localEntropyFigure(curves: readonly NamedCurve[]): Figure {
  const points = curves.flatMap(({ name, curve }) =>
    curve.points.map(({ estimator, radius, estimate, standardError, valid }) => ({
      series: `${name}, ${estimator}`,
      radius,
      value: -estimate,
      standardError,
      low: -estimate - 2 * standardError,
      high: -estimate + 2 * standardError,
      valid,
    })),
  );
  const finite = points.filter(({ value }) => Number.isFinite(value) && value > 0);
  const radii = [...new Set(finite.map(({ radius }) => radius))].sort((one, other) => one - other);
  const styles = stylesOf([...new Set(points.map((point) => point.series))]);
  const valid = finite.filter((point) => point.valid);
  const bars = valid.filter((point) => point.low > 0);
  return drawFigure(
    {
      name: "local-entropy",
      title: "Local entropy over the radius",
      caption:
        "Lower is better: −F̃ is the loss, averaged over the neighbourhood in the sense of free energy. Bars are two standard " +
        "errors (of Laplace's method those of its log det alone); hollow markers, joined by no line, are estimates that do not apply.",
    },
    {
      x: {
        ...logarithmicAxis,
        label: "radius σ of the neighbourhood, per weight",
        labelAnchor: "center",
        grid: true,
        ...(radii.length <= 8 ? { ticks: radii } : {}),
      },
      y: {
        ...logarithmicAxis,
        label: "−F̃ (units of the loss, log scale)",
        labelAnchor: "center",
        grid: true,
      },
      marks: [
        ...[...styles].flatMap(([name, { color, symbol }]) => [
          Plot.ruleX(
            bars.filter(({ series }) => series === name),
            { x: "radius", y1: "low", y2: "high", stroke: color },
          ),
          told<{ value: number }>(
            Plot.dot(
              finite.filter((point) => point.series === name && !point.valid),
              { x: "radius", y: "value", r: 4, symbol, stroke: color, fill: surfaceColor },
            ),
            name,
            { text: ({ value }) => `${valueText(value)}, does not apply` },
          ),
        ]),
        ...seriesMarks(valid, styles, {
          ...{ x: "radius", y: "value", series: "series" },
          text: ({ value, standardError }) => withError(value, standardError),
        }),
      ],
    },
    { series: styles },
  );
}

/** A page with the figure, the numbers and what they mean. */
export function localEntropyPage(curves: readonly NamedCurve[], figure: Figure, settings: PageSettings): string {
  const rows = curves.flatMap(({ name, curve }) =>
    curve.points.map(({ estimator, radius, estimate, standardError, kind, valid, reason, numEvaluations }) => [
      name,
      String(radius),
      valid ? withError(-estimate, standardError) : "does not apply",
      estimator,
      valid ? (kind === "lower bound" ? "upper bound" : kind) : (reason ?? ""),
      String(numEvaluations),
    ]),
  );
  const lead =
    "−F̃(x, σ) = −(1/β) log E exp(−βf(x + ξ)) over Gaussian ξ of deviation σ per weight: the loss itself for small σ, and rising as " +
    "the neighbourhood fills with worse points. Of two solutions of equal loss the one whose curve rises later lies in a wider valley.";
  return htmlPage(
    `Local entropy: ${curves.map(({ name }) => name).join(" and ")}`,
    `<p class="lead">${escaped(lead)}</p>
${figureHtml(figure)}
${table([["run", "σ", "−F̃ ± standard error", "estimator", "kind", "evaluations"], ...rows], "The smoothed loss is a bound from above; Laplace is right where the loss is quadratic over σ; its error is that of its log det alone, and says nothing of how quadratic the loss is.")}
${settingsHtml(settings, "The objective is the function f that the chains see.")}`,
  );
}
