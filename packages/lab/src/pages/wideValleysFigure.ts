import * as Plot from "@observablehq/plot";
import { inWideValley, type WideValleys } from "../measure/wideValleys.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, table } from "../report/htmlPage.ts";
import { seriesColor, surfaceColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { exponential, fixed } from "../statistics/numbers.ts";

/** Points that the paper marks in its figure, which shows another random landscape. */
const marked = [
  { x: 577, name: "candidate" },
  { x: 341, name: "robust" },
  { x: 812, name: "non-robust" },
] as const;

/** f + 1, and −F shifted to minimum 0 at the two scopes of the paper, with the marked points and the minima. */
export function wideValleysFigure(result: WideValleys): Figure {
  const scopes = result.scopes.filter(({ gamma }) => gamma === 1e-3 || gamma === 5e-5);
  const curves = [
    { name: "f + 1", values: result.loss.map((value) => value + 1), color: seriesColor(6), dash: "none" },
    ...scopes.map(({ gamma, negativeLocalEntropy }) => {
      const lowest = Math.min(...negativeLocalEntropy);
      return {
        name: `−F, γ = ${exponential(gamma, 0)}`,
        values: negativeLocalEntropy.map((value) => value - lowest),
        ...(gamma === 5e-5 ? { color: seriesColor(0), dash: "6 4" } : { color: seriesColor(1), dash: "none" }),
      };
    }),
  ];
  const symbols = ["circle", "square", "triangle"] as const;
  const styles = new Map(curves.map(({ name, color, dash }, i) => [name, { color, dash, symbol: symbols[i]! }]));
  const marks = curves.flatMap(({ name, values }) => {
    const points = Array.from(values, (y, x) => ({ x, y }));
    const lowest = points.reduce((best, point) => (point.y < best.y ? point : best));
    const { color, dash, symbol } = styles.get(name)!;
    return [
      told(Plot.lineY(points, { x: "x", y: "y", stroke: color, strokeWidth: 1.8, strokeDasharray: dash }), name),
      Plot.dot([lowest], { x: "x", y: "y", symbol, fill: color, r: 5.5 }),
    ];
  });
  const flags = marked.map(({ x, name }) => ({ x, y: result.loss[x]! + 1, name }));
  return drawFigure(
    {
      name: "wide-valleys",
      title: "Local entropy concentrates on wide valleys",
      caption:
        `Seed ${result.seed}. Filled markers are the minima of the curves: that of the loss lies in the sharp valley, those of negative ` +
        "local entropy in the wide one. Hollow circles are the grid points 577, 341 and 812, which the paper's figure marks as a " +
        "candidate, a robust and a non-robust solution.",
    },
    {
      height: 400,
      inset: 8,
      x: { label: "grid point x", labelAnchor: "center", ticks: 10 },
      y: { label: "f + 1, and −F above its minimum", labelAnchor: "center", grid: true, ticks: 6 },
      marks: [
        ...marks,
        Plot.dot(flags, { x: "x", y: "y", stroke: "currentColor", fill: surfaceColor, r: 4 }),
        Plot.text(flags, {
          x: "x",
          y: "y",
          text: "name",
          dx: 9,
          textAnchor: "start",
          fill: "currentColor",
          stroke: surfaceColor,
          strokeWidth: 4,
        }),
      ],
    },
    { series: styles },
  );
}

/** A page that explains the figure, with the numbers behind it and the count over seeds. */
export function wideValleysPage(result: WideValleys, figure: Figure, counts: readonly SeedCount[]): string {
  const rows = result.scopes.map(({ gamma, minimizer, heightAtSharp, heightAtWide }) => [
    exponential(gamma, 0),
    `${minimizer} (${inWideValley(minimizer) ? "wide" : "sharp or elsewhere"})`,
    fixed(heightAtSharp, 3),
    fixed(heightAtWide, 3),
  ]);
  const explained =
    "The scope γ says how far local entropy looks: −F(x, γ) = −log Σ exp(−f(x') − γ(x − x')²/2) counts good points near x, " +
    "nearer ones more. At large γ it is the loss itself; as γ falls a valley counts by its width as well as its depth.";
  const seeds = counts.map(({ gamma, numWide, numSeeds }) => [exponential(gamma, 0), `${numWide} of ${numSeeds}`]);
  return htmlPage(
    figure.title,
    `<p class="lead">${escaped(explained)}</p>
${figureHtml(figure)}
${table([["γ", "minimum of −F at", "−F in the sharp valley", "−F in the wide valley"], ...rows], `Minimum of f at ${result.minimizerOfLoss}.`)}
<h2>Over seeds</h2>
${table([["γ", "minimum of −F in the wide valley, of f in the sharp one"], ...seeds], "Seeds 1 to 20.")}`,
  );
}

/** In how many landscapes f has its minimum in the sharp valley and −F in the wide one. */
export interface SeedCount {
  readonly gamma: number;
  readonly numWide: number;
  readonly numSeeds: number;
}
