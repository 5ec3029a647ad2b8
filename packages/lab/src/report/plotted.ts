/** How Observable Plot is asked for a figure, and what it does not do by itself: long labels and all ticks of logarithmic axes. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { tickLabel } from "../statistics/numbers.ts";
import { logarithmicTicks } from "./axes.ts";
import type { FigureMark, SizedOptions } from "./figureOptions.ts";

/** Pixels of a character of an axis' label, and of a line of it, about. */
const [character, labelLine] = [6.8, 15];

/** The plot as Plot's element. */
export function plotted({ marks = [], ...options }: SizedOptions): ReturnType<typeof Plot.plot> {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  return Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    ...(options as Plot.PlotOptions),
    marks: marks as Plot.Markish[],
    // Room inside the frame for markers and bars at the ends of the axes.
    ...(options.inset === undefined ? { inset: 6 } : {}),
    style: {
      background: "var(--surface, white)",
      fontFamily: "sans-serif",
      fontSize: "13px",
      color: "var(--ink, black)",
    },
  });
}

/** With labels of axes that are longer than their axis broken into lines, for which there is room below the frame. */
export function withLabels(options: SizedOptions): SizedOptions {
  const { x = {}, y = {}, width, marginLeft, marginRight, marginTop, marginBottom, height } = options;
  const label = broken(x.label, width - marginLeft - marginRight);
  const more = labelLine * ((label?.split("\n").length ?? 1) - 1);
  return {
    ...options,
    ...{ height: height + more, marginBottom: marginBottom + more },
    x: { ...x, ...(label === undefined ? {} : { label }) },
    y: { ...y, ...(y.label === undefined ? {} : { label: broken(y.label, height - marginTop - marginBottom)! }) },
  };
}

/** A label in as few lines as its axis is long. */
function broken<Label extends string | null | undefined>(label: Label, room: number): string | Label {
  if (typeof label !== "string") return label;
  const longest = Math.max(1, Math.floor(room / character));
  const lines: string[] = [];
  for (const word of label.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= longest) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** With the ticks of logarithmic axes labelled up to their ends, given ones all; Plot leaves labels out. */
export function withLogarithmicAxes(options: SizedOptions): SizedOptions {
  const names = (["x", "y"] as const).filter((name) => options[name]?.type === "log");
  if (names.length === 0) return options;
  const drawn = plotted(options);
  const marks: FigureMark[] = [];
  for (const name of names) {
    const { label = null, ticks: given, grid } = options[name]!;
    const [low, high] = drawn.scale(name)!.domain as [number, number];
    const ticks = typeof given === "object" ? given.map(Number) : logarithmicTicks(low, high);
    const axis = { ticks, text: tickLabel, label, labelAnchor: "center" } as const;
    if (grid) marks.push(name === "x" ? Plot.gridX({ ticks }) : Plot.gridY({ ticks }));
    marks.push(name === "x" ? Plot.axisX(axis) : Plot.axisY(axis));
  }
  const without = names.map((name) => [name, { ...options[name], axis: null, grid: false }]);
  return { ...options, ...Object.fromEntries(without), marks: [...marks, ...(options.marks ?? [])] };
}
