/** Figures as standalone SVG, drawn by Observable Plot without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { printable } from "../printable.ts";
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
/** Characters of a name in a legend: names come from files of strangers, and drawing a very long one takes seconds. */
const maxName = 80;

/** The figures that the runs have data for. */
export function figuresOf(records: readonly RunRecord[]): Figure[] {
  return [errorFigure(records), lossFigure(records), scopeFigure(records)].filter((figure) => figure !== undefined);
}

function errorFigure(records: readonly RunRecord[]): Figure | undefined {
  const points = errorCurves(records);
  if (points.length === 0) return undefined;
  const seeds = largest(points.map(({ n }) => n));
  const perEpoch = records[0]!.start.gradientsPerEpoch;
  const marks = [
    ...(seeds > 1
      ? [Plot.areaY(points, { x: "gradients", y1: "low", y2: "high", fill: named("optimizer"), fillOpacity: 0.2 })]
      : []),
    Plot.lineY(points, { x: "gradients", y: "mean", stroke: named("optimizer"), strokeWidth: 2 }),
    Plot.dot(points, { x: "gradients", y: "mean", fill: named("optimizer"), r: 3 }),
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
  const mark = Plot.lineY(points, { x: "gradients", y: "value", stroke: named("series"), strokeWidth: 1.5 });
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
  const mark = Plot.lineY(points, { x: "gradients", y: "value", stroke: named("series"), strokeWidth: 1.5 });
  return {
    name: "scope",
    title: "Scope",
    caption:
      "Distance of the inner point, norm of the local-entropy gradient and of the last mini-batch gradient at each outer " +
      "step of the first run with a scope. The paper advises a γ that makes ‖γ(x − μ)‖ comparable to ‖∇f‖.",
    svg: drawn(records, [mark], [...new Set(points.map(({ series }) => series))], "norm (log scale)", true),
  };
}

/**
 * The colour of a name, also where all the names look like colours, such as "red" or "url(…)", which Plot would take as
 * they are: the figure would then refer to another file.
 */
export function named(field: string): Plot.ChannelValueSpec {
  return { value: field, scale: "color" };
}

/** Whether positive values span more than a factor of ten, so that a logarithmic axis shows more. */
function spans(values: readonly number[]): boolean {
  return values.every((value) => value > 0) && largest(values) > 10 * -largest(values.map((value) => -value));
}

/** As arguments of `Math.max`, the values of a long run would overflow the stack. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
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
      Plot.text([name], { ...place, dx: i * step + 15, dy: -30, text: shortened, textAnchor: "start" }),
    ];
  });
}

function shortened(name: string): string {
  return name.length <= maxName ? name : `${name.slice(0, maxName)}…`;
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
  const text = wellFormed(String(svg.outerHTML));
  // Asked of the first tag only: names in the figure may hold any text.
  return /^<svg[^>]* xmlns=/.test(text) ? text : text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
}

/** With visible escapes for control characters, which XML forbids even as entities, and for what else a terminal may obey. */
function wellFormed(svg: string): string {
  const lines = svg.split("\n").map((line) => printable(line).replace(/[\ufffe\uffff]/g, "\ufffd"));
  return lines.join("\n");
}
