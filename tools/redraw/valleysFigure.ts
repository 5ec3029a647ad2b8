/** The README's figure: a loss with a wide and a sharp valley, and its negative local entropy at two scopes. */
import * as Plot from "@observablehq/plot";
import { drawFigure, type Figure } from "../../packages/lab/src/report/drawFigure.ts";
import { type SeriesStyle, seriesColor } from "../../packages/lab/src/report/styles.ts";

const step = 0.005;
const grid = Array.from({ length: 1601 }, (_, i) => -4 + step * i);
const beta = 4;

/** A wide valley at −1.6 and a sharp, deeper one at 2, in a bowl. */
function loss(x: number): number {
  return 0.05 * x * x - Math.exp(-((x + 1.6) ** 2) / 1.2) - 1.35 * Math.exp(-((x - 2) ** 2) / 0.012);
}

/** −F(x, γ)/β by quadrature: −(1/β) log ∫ exp(−β f(x') − βγ(x − x')²/2) dx', with the Gaussian normalised. */
function negativeLocalEntropy(x: number, gamma: number): number {
  let sum = 0;
  for (const y of grid) sum += Math.exp(-beta * (loss(y) + (gamma / 2) * (x - y) ** 2)) * step;
  return -Math.log(sum * Math.sqrt((beta * gamma) / (2 * Math.PI))) / beta;
}

const curves: readonly { name: string; value: (x: number) => number; style: SeriesStyle }[] = [
  { name: "loss f", value: loss, style: { color: seriesColor(6), dash: "none", symbol: "circle" } },
  {
    name: "−F, γ = 20",
    value: (x) => negativeLocalEntropy(x, 20),
    style: { color: seriesColor(1), dash: "9 3 2 3", symbol: "square" },
  },
  {
    name: "−F, γ = 1",
    value: (x) => negativeLocalEntropy(x, 1),
    style: { color: seriesColor(0), dash: "6 4", symbol: "triangle" },
  },
];

/** The three curves, each with a marker at its minimum. */
export function valleysFigure(): Figure {
  const shown = grid.filter((x, i) => Math.abs(x) <= 3.4 && i % 2 === 0);
  const marks = curves.flatMap(({ value, style: { color, dash, symbol } }) => {
    const points = shown.map((x) => ({ x, y: value(x) }));
    const lowest = points.reduce((best, point) => (point.y < best.y ? point : best));
    return [
      Plot.lineY(points, { x: "x", y: "y", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot([lowest], { x: "x", y: "y", symbol, fill: color, r: 5.5 }),
    ];
  });
  return drawFigure(
    {
      name: "valleys",
      title: "A wide and a sharp valley",
      caption:
        "A loss whose minimum lies in a sharp valley, and its negative local entropy −F, whose minimum lies in the wide one: " +
        "the more so the smaller γ. Markers are the minima.",
    },
    {
      height: 320,
      x: { label: "weight x", labelAnchor: "center", ticks: 7 },
      y: { label: "loss", labelAnchor: "center", grid: true, ticks: 5 },
      marks,
    },
    { series: new Map(curves.map(({ name, style }) => [name, style])) },
  );
}
