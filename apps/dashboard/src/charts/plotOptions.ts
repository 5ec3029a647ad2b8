/** How uPlot draws a chart of this page. */
import type uPlot from "uplot";
import { tickLabel } from "../text/numbers.ts";
import type { Values } from "./joined.ts";
import type { SeriesStyle } from "./seriesStyles.ts";
import { seriesColor, themeColor, translucent } from "./theme.ts";

/** One line of a chart. */
export interface ChartLine {
  readonly label: string;
  readonly values: Values;
  readonly style: SeriesStyle;
  /** "faint": behind a smoothed line; "dotted": with a dot at each point. */
  readonly look?: "faint" | "dotted";
  /** Mean ± one standard deviation, filled. */
  readonly band?: { readonly low: Values; readonly high: Values };
}

/** What a chart shows; when any of it but the values changes, it is made anew. */
export interface ChartShape {
  readonly lines: readonly ChartLine[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly log: boolean;
  /** Charts with the same group move their cursors together. */
  readonly group?: string;
}

/** What a chart tells. */
export interface ChartHooks {
  /** An interval of x was drawn. */
  onSelect(from: number, to: number): void;
  /** The pointer is at points of the lines, or nowhere. */
  onHover(idxs: readonly (number | null | undefined)[], idx: number | null): void;
}

/** The values in the order of uPlot: x, then each line, then low and high of each band. */
export function plotData(x: readonly number[], { lines, log }: ChartShape): uPlot.AlignedData {
  // A logarithmic axis has no place for zero and below.
  const drawn = (values: Values): (number | null)[] =>
    log ? values.map((value) => (value !== null && value > 0 ? value : null)) : (values as (number | null)[]);
  const bands = lines.flatMap(({ band }) => (band === undefined ? [] : [drawn(band.high), drawn(band.low)]));
  return [x as number[], ...lines.map(({ values }) => drawn(values)), ...bands];
}

/** The labels of the lines that uPlot's series belong to, in its order: a band goes with its line. */
export function seriesLabels({ lines }: Pick<ChartShape, "lines">): readonly string[] {
  const labels = lines.map(({ label }) => label);
  return [...labels, ...lines.flatMap(({ label, band }) => (band === undefined ? [] : [label, label]))];
}

/** Two shapes with the same signature differ in their values alone. */
export function signatureOf({ lines, ...rest }: ChartShape): string {
  return JSON.stringify([rest, lines.map(({ label, style, look, band }) => [label, style, look, band !== undefined])]);
}

/** The options of a chart of a width; the height is 240 CSS pixels, 200 on narrow pages. */
export function plotOptions(shape: ChartShape, width: number, hooks: ChartHooks): uPlot.Options {
  const { lines, xLabel, yLabel, log, group } = shape;
  const banded = lines.filter(({ band }) => band !== undefined);
  const axis = (label: string, isX: boolean): uPlot.Axis => ({
    label,
    labelSize: 20,
    labelGap: isX ? 2 : 0,
    labelFont: font,
    font,
    size: isX ? 30 : 54,
    stroke: () => themeColor("--ink"),
    grid: { stroke: () => themeColor("--grid"), width: 1 },
    ticks: { stroke: () => themeColor("--grid"), width: 1, size: 4 },
    values: (_, splits) => splits.map((value) => (value === null ? "" : tickLabel(value))),
  });
  return {
    width,
    height: width < 480 ? 200 : 240,
    padding: [10, 14, 0, 0],
    series: [{}, ...lines.map(seriesOf), ...banded.flatMap(() => [edge, edge])],
    bands: banded.map((line, i) => ({
      series: [lines.length + 1 + 2 * i, lines.length + 2 + 2 * i],
      fill: () => translucent(seriesColor(line.style.color), 0.22),
    })),
    // The interval is set with the data, not found from it.
    scales: { x: { time: false, auto: false }, y: { distr: log ? 3 : 1 } },
    axes: [axis(xLabel, true), axis(yLabel, false)],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false, dist: 4 },
      hover: { skip: [null, undefined] },
      ...(group === undefined ? {} : { sync: { key: group, scales: ["x", null] } }),
      // A double click resets the interval, which the page knows.
      bind: { dblclick: () => null },
    },
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: length } = plot.select;
          if (length < 4) return;
          hooks.onSelect(plot.posToVal(left, "x"), plot.posToVal(left + length, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(plot) => hooks.onHover(plot.cursor.idxs ?? [], plot.cursor.idx ?? null)],
    },
  };
}

const font = "12px system-ui, sans-serif";

/** Low and high of a band: the fill between them is drawn, they are not. */
const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };

function seriesOf({ style, look }: ChartLine): uPlot.Series {
  const stroke = (): string => {
    const color = seriesColor(style.color);
    return look === "faint" ? translucent(color, 0.35) : color;
  };
  return {
    stroke,
    width: look === "faint" ? 1 : 2,
    // Dashes of a noisy line would be seen as gaps in it.
    dash: look === "faint" ? [] : [...style.dash],
    spanGaps: true,
    points: look === "dotted" ? { show: true, size: 6, fill: stroke } : { show: false },
  };
}
