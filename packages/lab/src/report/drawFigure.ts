/** Figures as standalone SVG, drawn by Observable Plot without a browser. */
import { printable, shown } from "entropy-sgd-training";
import type { FigureData } from "./figureData.ts";
import { type DrawnForm, figureDataOf } from "./figureDataOf.ts";
import type { FigureAxis, FigureOptions, SizedOptions } from "./figureOptions.ts";
import { legend } from "./legend.ts";
import { plotted, withLabels, withLogarithmicAxes } from "./plotted.ts";
import { darkFigureStyle, type SeriesStyle } from "./styles.ts";

/** A drawn figure with title and caption. */
export interface Figure {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly svg: string;
  /** For pages on narrow screens. */
  readonly narrow: string;
  /** For the script of pages; null without the two axes that it needs. */
  readonly data: FigureData | null;
}

/** Name, title and caption of a figure. */
export type FigureWords = Pick<Figure, "name" | "title" | "caption">;

/** The width of a figure, and of its version for narrow screens. */
const [width, narrowWidth] = [760, 350];

/** Options of a figure beside its plot. */
export interface DrawingOptions {
  /** Styles by name for the legend above the frame. */
  readonly series?: ReadonlyMap<string, SeriesStyle>;
  /** What the legend shows of a series: its line and marker, or the marker alone if no line is drawn. */
  readonly sample?: "line" | "marker";
  /** What is told at the pointer: the values of all series there, which is the default, or the nearest point. */
  readonly by?: FigureData["by"];
  /** The plot for narrow screens; the same one with fewer ticks when absent. */
  readonly narrow?: FigureOptions;
}

/** Draws a figure in the common type and margins, twice: for wide and for narrow screens. */
export function drawFigure(words: FigureWords, options: FigureOptions, drawing: DrawingOptions = {}): Figure {
  for (const name of ["name", "title", "caption"] as const) {
    if (typeof words?.[name] !== "string") {
      throw new TypeError(`drawFigure: ${name} must be a string, got ${shown(words?.[name])}`);
    }
  }
  const narrow = drawing.narrow ?? shrunk(options);
  const drawn = (plot: SizedOptions): DrawnForm => {
    const own = withLogarithmicAxes(withLegend(withLabels(plot), drawing));
    // What is told of an axis is its label as it was given.
    return { options: { ...own, x: plot.x ?? {}, y: plot.y ?? {} }, plot: plotted(own) };
  };
  const forms = [
    drawn({ ...standard, ...options, width }),
    drawn({ ...standard, ...narrow, width: narrowWidth }),
  ] as const;
  return {
    ...words,
    svg: standalone(words, forms[0]),
    narrow: standalone(words, forms[1]),
    data: figureDataOf(...forms, drawing.by ?? "x"),
  };
}

const standard = { height: 380, marginTop: 8, marginRight: 20, marginBottom: 45, marginLeft: 70 };

/** The same plot for a narrow screen: fewer ticks, a little lower. */
function shrunk({ x = {}, y = {}, height = 380, ...options }: FigureOptions): FigureOptions {
  const fewer = (axis: FigureAxis): FigureAxis => ({
    ...axis,
    ticks: typeof axis.ticks === "object" ? everySecond(axis.ticks) : Math.max(3, Math.ceil((axis.ticks ?? 8) / 2)),
  });
  return {
    ...options,
    height: Math.round(0.8 * height),
    marginLeft: 62,
    marginRight: Math.min(options.marginRight ?? 14, 80),
    x: fewer(x),
    y: fewer(y),
  };
}

/** Of more than five given ticks every second one. */
function everySecond<Tick>(ticks: readonly Tick[]): readonly Tick[] {
  return ticks.length > 5 ? ticks.filter((_, i) => i % 2 === 0) : ticks;
}

function withLegend(options: SizedOptions, { series = new Map(), sample = "line" }: DrawingOptions): SizedOptions {
  const { marks, height } = legend(series, options.width - options.marginLeft, sample);
  return {
    ...options,
    marginTop: options.marginTop + height,
    height: options.height + height,
    marks: [...(options.marks ?? []), ...marks],
  };
}

function standalone({ title, caption }: FigureWords, { plot }: DrawnForm): string {
  const text = wellFormed(String(plot.svg.outerHTML));
  const end = text.indexOf(">");
  // Only the first tag is changed, since names in the figure may hold any text.
  const tag = text.slice(0, end);
  const namespace = / xmlns=/.test(tag) ? "" : ' xmlns="http://www.w3.org/2000/svg"';
  const inside = `<title>${escapedXml(title)}</title><desc>${escapedXml(caption)}</desc>${darkFigureStyle}`;
  return `${tag.replace("<svg", `<svg role="img"${namespace}`)}>${inside}${text.slice(end + 1)}`;
}

/** Text for XML, with visible escapes for characters that XML forbids. */
function escapedXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return wellFormed(text).replace(/[&<>]/g, (character) => escapes[character]!);
}

/** With visible escapes for control characters, which XML forbids even as entities. */
function wellFormed(svg: string): string {
  const lines = svg.split("\n").map((line) => printable(line).replace(/[\ufffe\uffff]/g, "\ufffd"));
  return lines.join("\n");
}
