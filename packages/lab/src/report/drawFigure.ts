/** Figures as standalone SVG, drawn by Observable Plot without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { printable, shown } from "../printable.ts";
import type { FigureAxis, FigureOptions } from "./figureOptions.ts";
import { legend } from "./legend.ts";
import { type SeriesStyle, seriesColors } from "./styles.ts";

/** A figure with its words. */
export interface Figure {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
  /** For pages on narrow screens; null where the figure cannot be drawn narrower and is scrolled instead. */
  readonly narrow: string | null;
}

/** With the size, which the form of the figure sets. */
type SizedOptions = FigureOptions & { readonly width: number; readonly height: number };

/** What a figure is called and says. */
export type FigureWords = Pick<Figure, "name" | "title" | "caption">;

/** The width of a figure, and that of its form for narrow screens. */
const [width, narrowWidth] = [760, 350];
/** Wider labels at the left than this leave no room on a narrow screen. */
const largestNarrowMargin = 120;

/**
 * Draws a figure in the house's type and margins, twice: for wide and for narrow screens.
 *
 * @param series - styles by name for the legend above the frame; a figure of one SVG needs its own
 */
export function drawFigure(
  words: FigureWords,
  options: FigureOptions,
  series: ReadonlyMap<string, SeriesStyle> = new Map(),
): Figure {
  for (const name of ["name", "title", "caption"] as const) {
    if (typeof words?.[name] !== "string") {
      throw new TypeError(`drawFigure: ${name} must be a string, got ${shown(words?.[name])}`);
    }
  }
  const canShrink = (options.marginLeft ?? 0) <= largestNarrowMargin;
  return {
    ...words,
    svg: standalone(words, withLegend({ height: 380, ...options, width }, series)),
    narrow: canShrink ? standalone(words, withLegend(shrunk(options), series)) : null,
  };
}

/** The same plot for a narrow screen: fewer ticks, a little lower. */
function shrunk({ x = {}, y = {}, height = 380, ...options }: FigureOptions): SizedOptions {
  const fewer = (axis: FigureAxis): FigureAxis => ({
    ...axis,
    ticks: typeof axis.ticks === "object" ? everySecond(axis.ticks) : Math.max(3, Math.ceil((axis.ticks ?? 8) / 2)),
  });
  return {
    ...options,
    width: narrowWidth,
    height: Math.round(0.8 * height),
    marginLeft: 56,
    marginRight: Math.min(options.marginRight ?? 14, 80),
    x: fewer(x),
    y: fewer(y),
  };
}

/** Of more than five given ticks every second one. */
function everySecond<Tick>(ticks: readonly Tick[]): readonly Tick[] {
  return ticks.length > 5 ? ticks.filter((_, i) => i % 2 === 0) : ticks;
}

function withLegend(options: SizedOptions, series: ReadonlyMap<string, SeriesStyle>): SizedOptions {
  const { marks, height } = legend(series, options.width - (options.marginLeft ?? 70));
  return {
    ...options,
    marginTop: (options.marginTop ?? 26) + height,
    height: options.height + height,
    marks: [...(options.marks ?? []), ...marks],
  };
}

function standalone({ title, caption }: FigureWords, { marks = [], ...options }: SizedOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    marginLeft: 70,
    marginBottom: 45,
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
  const text = wellFormed(String(svg.outerHTML));
  const end = text.indexOf(">");
  // Asked of the first tag only: names in the figure may hold any text.
  const tag = text.slice(0, end);
  const namespace = / xmlns=/.test(tag) ? "" : ' xmlns="http://www.w3.org/2000/svg"';
  const inside = `<title>${escapedXml(title)}</title><desc>${escapedXml(caption)}</desc><style>${darkStyle}</style>`;
  return `${tag.replace("<svg", `<svg role="img"${namespace}`)}>${inside}${text.slice(end + 1)}`;
}

/** Surface, ink and series on a dark page. */
const darkStyle = `@media (prefers-color-scheme: dark){svg{--surface:#17191b;--ink:#e6e6e3;${seriesColors
  .map(([, dark], i) => `--series-${i}:${dark}`)
  .join(";")}}}`;

/** Text for XML, with visible escapes for what XML forbids. */
function escapedXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return wellFormed(text).replace(/[&<>]/g, (character) => escapes[character]!);
}

/** With visible escapes for control characters, which XML forbids even as entities, and for what else a terminal may obey. */
function wellFormed(svg: string): string {
  const lines = svg.split("\n").map((line) => printable(line).replace(/[\ufffe\uffff]/g, "\ufffd"));
  return lines.join("\n");
}
