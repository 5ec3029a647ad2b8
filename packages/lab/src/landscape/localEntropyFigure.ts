import * as Plot from "@observablehq/plot";
import { type Figure, palette, standaloneSvg } from "../report/figures.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import type { LocalEntropyCurve } from "./measureLocalEntropy.ts";
import { withError } from "./numbers.ts";

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
      low: -estimate - 2 * standardError,
      high: -estimate + 2 * standardError,
      valid,
    })),
  );
  const finite = points.filter(({ value }) => Number.isFinite(value) && value > 0);
  const series = [...new Set(points.map((point) => point.series))];
  const color = (name: string): string => palette[series.indexOf(name) % palette.length]!;
  const legend = series.map((name, i) =>
    Plot.text([name], {
      frameAnchor: "top-left",
      dx: 4,
      dy: -14 * (series.length - i),
      text: (d: string) => d,
      fill: color(name),
      textAnchor: "start",
    }),
  );
  const valid = finite.filter((point) => point.valid && point.low > 0);
  const svg = standaloneSvg({
    width: 760,
    height: 380 + 14 * series.length,
    marginTop: 20 + 14 * series.length,
    x: {
      type: "log",
      label: "radius σ of the neighbourhood, per weight",
      labelAnchor: "center",
      grid: true,
      tickFormat: "~g",
      ticks: 5,
    },
    y: {
      type: "log",
      label: "−F̃ (units of the loss, log scale)",
      labelAnchor: "center",
      grid: true,
      tickFormat: "~g",
      ticks: 6,
    },
    marks: [
      ...series.map((name) =>
        Plot.lineY(
          finite.filter((point) => point.series === name && point.valid),
          { x: "radius", y: "value", stroke: color(name), strokeWidth: 1.5 },
        ),
      ),
      Plot.ruleX(valid, { x: "radius", y1: "low", y2: "high", stroke: (d: { series: string }) => color(d.series) }),
      Plot.dot(finite, {
        x: "radius",
        y: "value",
        r: 4,
        stroke: (d: { series: string }) => color(d.series),
        fill: (d: { series: string; valid: boolean }) => (d.valid ? color(d.series) : "white"),
      }),
      ...legend,
    ],
  });
  return {
    name: "local-entropy",
    title: "Local entropy over the radius",
    caption:
      "Lower is better: −F̃ is the loss, averaged over the neighbourhood in the sense of free energy. Bars are two standard errors; hollow points do not apply.",
    svg,
  };
}

/** A page with the figure, the numbers and what they mean. */
export function localEntropyPage(curves: readonly NamedCurve[], figure: Figure, settings: PageSettings): string {
  const rows = curves.flatMap(({ name, curve }) =>
    curve.points.map(({ estimator, radius, estimate, standardError, kind, valid, reason, numEvaluations }) => [
      name,
      String(radius),
      estimator,
      valid ? withError(estimate, standardError) : "does not apply",
      valid ? kind : (reason ?? ""),
      String(numEvaluations),
    ]),
  );
  const lead =
    "F̃(x, σ) = (1/β) log E exp(−βf(x + ξ)) over Gaussian ξ of deviation σ per weight: minus the loss for small σ, and falling as " +
    "the neighbourhood fills with worse points. Of two solutions of equal loss the one whose curve falls later lies in a wider valley.";
  return htmlPage(
    "Local entropy",
    `<p class="lead">${escaped(lead)}</p>
${figureHtml(figure)}
${table([["run", "σ", "estimator", "F̃ ± standard error", "kind", "evaluations"], ...rows], "The smoothed loss is a bound from below; Laplace is right where the loss is quadratic over σ.")}
${settingsHtml(settings, "The objective is the function f that the chains see.")}`,
  );
}
