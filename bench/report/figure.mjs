// Whole steps as a figure.
import * as Plot from "@observablehq/plot";
import { palette, standaloneSvg } from "entropy-sgd-lab";
import { stepTable } from "../summary.mjs";

/** One dot per network and engine on a logarithmic scale, in SVG. */
export function figure(bench) {
  const rows = stepTable(bench).filter(({ stepMs }) => stepMs !== null);
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const label = ({ network, engine }) => `${network}, ${engine}`;
  return standaloneSvg({
    ...{ width: 760, height: 60 + 26 * rows.length, marginLeft: 190, marginRight: 70 },
    x: { type: "log", label: "whole step, ms (log scale)", labelAnchor: "center", grid: true, tickFormat: "~g" },
    y: { domain: rows.map(label), label: null },
    marks: [
      Plot.dot(rows, { x: "stepMs", y: label, r: 6, fill: ({ engine }) => palette[engines.indexOf(engine)] }),
      Plot.text(rows, { x: "stepMs", y: label, text: ({ stepMs }) => stepMs.toFixed(1), dx: 30 }),
    ],
  });
}
