/** Figures as standalone SVG, drawn by Observable Plot without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { RunRecord } from "../runs/readRun.ts";
import { errorCurves, lossCurves, optimizersOf, scopeCurves } from "./curves.ts";

/** A figure with its words. */
export interface Figure {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
}

/** Colours that people with colour-vision deficiencies tell apart (Okabe and Ito 2008). */
export const palette: readonly string[] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const [width, height] = [760, 380];
/** Outer steps in the running mean of the loss. */
const lossWindow = 5;

/** The figures that the runs have data for. */
export function figuresOf(records: readonly RunRecord[]): Figure[] {
  return [errorFigure(records), lossFigure(records), scopeFigure(records)].filter((figure) => figure !== undefined);
}

function errorFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = errorCurves(records);
  if (points.length === 0) return undefined;
  const seeds = Math.max(...points.map(({ n }) => n));
  const perEpoch = records[0]!.start.gradientsPerEpoch;
  const marks = [
    ...(seeds > 1
      ? [Plot.areaY(points, { x: "gradients", y1: "low", y2: "high", fill: "optimizer", fillOpacity: 0.2 })]
      : []),
    Plot.lineY(points, { x: "gradients", y: "mean", stroke: "optimizer", strokeWidth: 2 }),
    Plot.dot(points, { x: "gradients", y: "mean", fill: "optimizer", r: 3 }),
  ];
  return {
    name: "test-error",
    title: "Test error",
    caption:
      `Test error at the evaluation point against gradient evaluations (${perEpoch} are one effective epoch). ` +
      (seeds > 1 ? `Lines are means over ${seeds} seeds, bands mean ± one standard deviation.` : "One seed."),
    svg: drawn(records, marks, optimizersOf(records), "test error, %", spans(points.map(({ mean }) => mean))),
  };
}

function lossFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = lossCurves(records, lossWindow);
  if (points.length === 0) return undefined;
  const mark = Plot.lineY(points, { x: "gradients", y: "value", stroke: "series", strokeWidth: 1.5 });
  return {
    name: "batch-loss",
    title: "Mini-batch loss",
    caption:
      "Mini-batch loss with dropout where gradients are taken (for Entropy-SGD at x'), running mean over " +
      `${lossWindow} outer steps, first seed.`,
    svg: drawn(records, [mark], optimizersOf(records), "loss (log scale)", true),
  };
}

function scopeFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = scopeCurves(records);
  if (points.length === 0) return undefined;
  const mark = Plot.lineY(points, { x: "gradients", y: "value", stroke: "series", strokeWidth: 1.5 });
  return {
    name: "scope",
    title: "Scope",
    caption:
      "Distance of the inner point, norm of the local-entropy gradient and of the last mini-batch gradient at each outer " +
      "step of the first run with a scope. The paper advises a γ that makes ‖γ(x − μ)‖ comparable to ‖∇f‖.",
    svg: drawn(records, [mark], [...new Set(points.map(({ series }) => series))], "norm (log scale)", true),
  };
}

/** Whether positive values span more than a factor of ten, so that a logarithmic axis shows more. */
function spans(values: readonly number[]): boolean {
  return values.every((value) => value > 0) && Math.max(...values) > 10 * Math.min(...values);
}

function drawn(
  records: readonly RunRecord[],
  marks: readonly Plot.Markish[],
  series: readonly string[],
  label: string,
  logarithmic: boolean,
): string {
  const end = Math.max(...records.map(({ start }) => start.totalGradients));
  return standaloneSvg({
    width,
    height,
    marginTop: 46,
    x: { label: "gradient evaluations", labelAnchor: "center", grid: true, domain: [0, end], ticks: 8 },
    y: {
      label,
      labelAnchor: "center",
      grid: true,
      ticks: 6,
      ...(logarithmic ? { type: "log", tickFormat: "~g" } : { zero: true }),
    },
    color: { domain: [...series], range: palette.slice(0, series.length) },
    marks: [...marks, ...legend(series)],
  });
}

/** Names of the series in their colours above the frame: a figure of one SVG needs its own legend. */
function legend(series: readonly string[]): Plot.Markish[] {
  const step = Math.min(190, (width - 80) / Math.max(1, series.length));
  return series.flatMap((name, i) => {
    const place = { frameAnchor: "top-left", dx: i * step, dy: -25 } as const;
    return [
      Plot.dot([0], { ...place, dx: i * step + 5, fill: palette[i % palette.length]!, r: 5 }),
      Plot.text([name], { ...place, dx: i * step + 15, dy: -30, text: (d: string) => d, textAnchor: "start" }),
    ];
  });
}

/** A plot as an SVG that needs nothing around it, in the house's type and margins. */
export function standaloneSvg(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    marginLeft: 70,
    marginBottom: 45,
    style: { background: "white", fontFamily: "sans-serif", fontSize: "13px", color: "black" },
    ...options,
  });
  const text = String(svg.outerHTML);
  return text.includes("xmlns=") ? text : text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
}
