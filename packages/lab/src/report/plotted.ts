/** Calls Observable Plot, and adds what it lacks: long labels, and all ticks of logarithmic axes. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { tickLabel } from "../statistics/numbers.ts";
import { type DrawnMark, noting } from "./drawnMarks.ts";
import type { FigureMark, SizedOptions } from "./figureOptions.ts";
import { surfaceColor } from "./styles.ts";
import { ticksBetween } from "./ticks.ts";

/** About the width of a character of an axis label and the height of its lines, in pixels. */
const [character, labelLine] = [6.8, 15];

/** Plot's element, and what it drew in it. */
export interface Plotted {
  readonly svg: ReturnType<typeof Plot.plot>;
  readonly drawn: readonly DrawnMark[];
}

/** Draws a plot. */
export function plotted({ marks = [], ...options }: SizedOptions): Plotted {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn: DrawnMark[] = [];
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    ...(options as Plot.PlotOptions),
    marks: noting(marks, drawn) as Plot.Markish[],
    // Room inside the frame for markers and bars at the ends of the axes.
    ...(options.inset === undefined ? { inset: 6 } : {}),
    style: {
      background: surfaceColor,
      fontFamily: "sans-serif",
      fontSize: "13px",
      color: "var(--ink, black)",
    },
  });
  return { svg, drawn };
}

/** Breaks labels that are longer than their axis into lines, with room for them below the frame. */
export function withLabels(options: SizedOptions): SizedOptions {
  const { x = {}, y = {}, width, marginLeft, marginRight, marginTop, marginBottom, height } = options;
  const label = broken(x.label, width - marginLeft - marginRight);
  const more = labelLine * ((label?.split("\n").length ?? 1) - 1);
  return {
    ...options,
    height: height + more,
    marginBottom: marginBottom + more,
    x: { ...x, ...(label === undefined ? {} : { label }) },
    y: { ...y, ...(y.label === undefined ? {} : { label: broken(y.label, height - marginTop - marginBottom)! }) },
  };
}

/** A label broken into as few lines as fit its axis. */
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

/** About how many ticks a logarithmic axis has that no more than two round numbers of its decades fall on. */
const numTicks = 5;

/** Labels all ticks of logarithmic axes up to their ends; Plot leaves some out. */
export function withLogarithmicAxes(options: SizedOptions): SizedOptions {
  const names = (["x", "y"] as const).filter((name) => options[name]?.type === "log");
  if (names.length === 0) return options;
  const { svg } = plotted(options);
  const marks: FigureMark[] = [];
  for (const name of names) {
    const { label = null, ticks: given, grid } = options[name]!;
    const [low, high] = svg.scale(name)!.domain as [number, number];
    const ticks = typeof given === "object" ? given.map(Number) : ticksBetween("log", low, high, numTicks).values;
    const axis = { ticks, text: tickLabel, label, labelAnchor: "center" } as const;
    if (grid) marks.push(name === "x" ? Plot.gridX({ ticks }) : Plot.gridY({ ticks }));
    marks.push(name === "x" ? Plot.axisX(axis) : Plot.axisY(axis));
  }
  const without = names.map((name) => [name, { ...options[name], axis: null, grid: false }]);
  return { ...options, ...Object.fromEntries(without), marks: [...marks, ...(options.marks ?? [])] };
}
