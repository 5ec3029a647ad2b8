// Draws docs/figures/valleys.svg: a loss with a wide and a sharp valley, and its negative local entropy at two scopes.
import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const step = 0.005;
const points = Array.from({ length: 1601 }, (_, i) => -4 + step * i);
/** A wide valley at −1.6 and a sharp, deeper one at 2, in a bowl. */
const loss = (x) => 0.05 * x * x - 1.0 * Math.exp(-((x + 1.6) ** 2) / 1.2) - 1.35 * Math.exp(-((x - 2) ** 2) / 0.012);
const beta = 4;

/** −F(x, γ)/β by quadrature: −(1/β) log ∫ exp(−β f(x') − βγ(x − x')²/2) dx', with the Gaussian normalised. */
function negativeLocalEntropy(x, gamma) {
  let sum = 0;
  for (const y of points) sum += Math.exp(-beta * (loss(y) + (gamma / 2) * (x - y) ** 2)) * step;
  return -Math.log(sum * Math.sqrt((beta * gamma) / (2 * Math.PI))) / beta;
}

const curves = [
  { name: "loss f", value: loss, color: "#000000" },
  { name: "−F, γ = 20", value: (x) => negativeLocalEntropy(x, 20), color: "#D55E00" },
  { name: "−F, γ = 1", value: (x) => negativeLocalEntropy(x, 1), color: "#0072B2" },
];
const shown = points.filter((x, i) => Math.abs(x) <= 3.4 && i % 2 === 0);
const data = curves.flatMap(({ name, value }) => shown.map((x) => ({ name, x, y: value(x) })));
const minima = curves.map(({ name }) =>
  data.filter((point) => point.name === name).reduce((best, point) => (point.y < best.y ? point : best)),
);
const { document } = parseHTML("<!doctype html><html><body></body></html>");
const svg = Plot.plot({
  document,
  width: 720,
  height: 320,
  marginTop: 34,
  style: { background: "white", fontFamily: "sans-serif", fontSize: "13px", color: "black" },
  x: { label: "weight x", ticks: 7 },
  y: { label: "loss", grid: true, ticks: 5 },
  color: { domain: curves.map(({ name }) => name), range: curves.map(({ color }) => color) },
  marks: [
    Plot.lineY(data, { x: "x", y: "y", stroke: "name", strokeWidth: 2 }),
    Plot.dot(minima, { x: "x", y: "y", fill: "name", r: 5 }),
    ...curves.map(({ name, color }, i) =>
      Plot.text([`— ${name}`], {
        frameAnchor: "top",
        dx: 150 * (i - 1),
        dy: 4,
        text: (d) => d,
        fill: color,
        fontWeight: 600,
      }),
    ),
  ],
});
writeFileSync(
  new URL("valleys.svg", import.meta.url),
  `${svg.outerHTML.includes("xmlns=") ? svg.outerHTML : svg.outerHTML.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')}\n`,
);
for (const { name, x } of minima) console.log(`minimum of ${name} at ${x.toFixed(2)}`);
