// Whole steps as a figure.
import * as Plot from "@observablehq/plot";
import { drawFigure, seriesColor } from "entropy-sgd-lab";
import { stepTable } from "../summary.mjs";

/** One dot per network and engine on a logarithmic scale, in SVG. */
export function figure(bench) {
  const rows = stepTable(bench).filter(({ stepMs }) => stepMs !== null);
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const label = ({ network, engine }) => `${network}, ${engine}`;
  const words = {
    name: "bench",
    title: "Whole steps",
    caption: "Milliseconds of a whole gradient step, for each network and engine.",
  };
  const { svg } = drawFigure(words, {
    ...{ height: 60 + 26 * rows.length, marginLeft: 190, marginRight: 70 },
    x: { type: "log", label: "whole step, ms (log scale)", labelAnchor: "center", grid: true, tickFormat: "~g" },
    y: { domain: rows.map(label), label: null },
    marks: [
      Plot.dot(rows, { x: "stepMs", y: label, r: 6, fill: ({ engine }) => seriesColor(engines.indexOf(engine)) }),
      Plot.text(rows, { x: "stepMs", y: label, text: ({ stepMs }) => stepMs.toFixed(1), dx: 30 }),
    ],
  });
  return svg;
}
