/** The data of a figure for the script of pages, from what Plot drew. */
import { printable } from "entropy-sgd-training";
import { rounded } from "../statistics/numbers.ts";
import type { DrawnMark } from "./drawnMarks.ts";
import type { AxisData, FigureData, SeriesData, ViewData } from "./figureData.ts";
import type { FigureAxis, SizedOptions } from "./figureOptions.ts";
import { shownName } from "./legend.ts";
import type { Plotted } from "./plotted.ts";
import type { PositionScale } from "./scales.ts";

/** One form of a figure as it was drawn. */
export interface DrawnForm {
  readonly options: SizedOptions;
  readonly plot: Plotted;
}

/** The data of both forms; null for a figure without the two axes. */
export function figureDataOf(wide: DrawnForm, narrow: DrawnForm, by: FigureData["by"]): FigureData | null {
  const views = [viewOf(wide), viewOf(narrow)] as const;
  if (views[0] === null || views[1] === null) return null;
  const xs: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const series = wide.plot.drawn.flatMap((drawn) =>
    pointsOf(drawn, wide).map(({ x, ...rest }): SeriesData => {
      const key = x.join();
      if (!known.has(key)) known.set(key, xs.push(x) - 1);
      return { ...rest, x: known.get(key)! };
    }),
  );
  const { x = {}, y = {} } = wide.options;
  return { by, x: axisOf(x, wide, "x"), y: axisOf(y, wide, "y"), xs, series, views: [views[0], views[1]] };
}

function axisOf({ label, ticks, tickFormat }: FigureAxis, { plot }: DrawnForm, name: "x" | "y"): AxisData {
  const { type, domain } = plot.svg.scale(name)!;
  return {
    // Of a value nobody asks how it is drawn.
    label: typeof label === "string" ? printable(label.replace(/ \(log scale\)$/, "")) : null,
    ...(type === "band" || type === "point" ? { bands: Array.from(domain as Iterable<string>, shownText) } : {}),
    ...(typeof tickFormat === "function" && typeof ticks === "object"
      ? { ticks: ticks.map((value) => [Number(value), tickFormat(Number(value))] as const) }
      : {}),
  };
}

/** A name from an untrusted file as figures show it. */
function shownText(name: string): string {
  return shownName(printable(name));
}

function viewOf({ options, plot }: DrawnForm): ViewData | null {
  const [x, y] = [scaleOf(plot, "x"), scaleOf(plot, "y")];
  if (x === null || y === null) return null;
  const { width, height, marginLeft, marginTop, marginRight, marginBottom } = options;
  const directions = new Map<object, ViewData["moves"][number]>(
    plot.drawn.map((drawn) => [drawn.node, directionsOf(drawn)]),
  );
  const groups = Array.from(plot.svg.children as Iterable<{ readonly tagName: string }>).filter(
    ({ tagName }) => tagName.toLowerCase() === "g",
  );
  return {
    frame: [marginLeft, marginTop, width - marginRight, height - marginBottom],
    x,
    y,
    moves: groups.map((group) => directions.get(group) ?? ""),
  };
}

/** The directions in which a mark moves with the axes. */
function directionsOf({ channels }: DrawnMark): ViewData["moves"][number] {
  const scales = new Set(Object.values(channels).map(({ scale }) => scale));
  return `${scales.has("x") ? "x" : ""}${scales.has("y") ? "y" : ""}`;
}

function scaleOf(plot: Plotted, name: "x" | "y"): PositionScale | null {
  const scale = plot.svg.scale(name);
  if (scale === undefined) return null;
  const {
    type,
    domain,
    range,
    apply,
    bandwidth = 0,
    step = 0,
  } = scale as unknown as {
    type: string;
    domain: unknown[];
    range: [number, number];
    apply(value: unknown): number;
    bandwidth?: number;
    step?: number;
  };
  if (type === "linear" || type === "log") return { type, domain: domain as unknown as [number, number], range };
  if (domain.length === 0) return null;
  // From half a band before the first middle to half a band behind the last one.
  const middle = (value: unknown): number => apply(value) + bandwidth / 2;
  const ends = [middle(domain[0]) - step / 2, middle(domain.at(-1)) + step / 2] as const;
  return { type: "band", domain: [-0.5, domain.length - 0.5], range: ends };
}

type Points = Omit<SeriesData, "x"> & { readonly x: readonly number[] };

/** The series that a mark tells of. */
function pointsOf({ mark, telling, index, channels }: DrawnMark, form: DrawnForm): Points[] {
  if (telling === null) return [];
  const { name: nameOf, value, text } = telling as DrawnTelling;
  const at = (axis: "x" | "y"): ((i: number) => number) => {
    const { type, domain } = form.plot.svg.scale(axis)!;
    const bands = type === "band" || type === "point" ? Array.from(domain as Iterable<unknown>) : null;
    const [own, low, high] = [axis, `${axis}1`, `${axis}2`].map((channel) => channels[channel]?.value);
    if (own !== undefined) return (i) => (bands === null ? Number(own[i]) : bands.indexOf(own[i]));
    // A bar is told of at its end, a cell in its middle.
    if (axis === "y" && value === undefined) return (i) => Number(high?.[i]);
    return (i) => (Number(low?.[i]) + Number(high?.[i])) / 2;
  };
  const [xOf, yOf] = [at("x"), at("y")];
  const groups = new Map<string, number[]>();
  for (const i of index) {
    if (!Number.isFinite(xOf(i)) || !Number.isFinite(yOf(i))) continue;
    const name = typeof nameOf === "string" ? nameOf : nameOf(mark.data![i]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [i]);
    else group.push(i);
  }
  const numbers = (own: readonly number[], of: (i: number) => number): number[] => own.map((i) => rounded(of(i)));
  const { x1, x2 } = channels;
  const isBar = x1 !== undefined && x2 !== undefined && value === undefined;
  return [...groups].map(([name, own]) => ({
    name: shownText(name),
    ...lookOf(mark),
    x: numbers(own, xOf),
    y: numbers(own, yOf),
    ...(isBar ? { reach: numbers(own, (i) => Math.abs(Number(x2.value[i]) - Number(x1.value[i])) / 2) } : {}),
    ...(value === undefined ? {} : { values: numbers(own, (i) => value(mark.data![i])) }),
    ...(text === undefined ? {} : { texts: own.map((i) => printable(text(mark.data![i]))) }),
    ...(mark.dx === 0 && mark.dy === 0 ? {} : { offset: [mark.dx, mark.dy] as const }),
  }));
}

/** A telling of data whose type is not known here. */
interface DrawnTelling {
  readonly name: string | ((datum: unknown) => string);
  readonly value?: (datum: unknown) => number;
  readonly text?: (datum: unknown) => string;
}

function lookOf({ stroke, fill, strokeDasharray: dash }: DrawnMark["mark"]): Pick<SeriesData, "color" | "dash"> {
  const color = [stroke, fill].find((own) => own !== undefined && own !== "none") ?? null;
  return { color, ...(dash === undefined || dash === "none" ? {} : { dash }) };
}
