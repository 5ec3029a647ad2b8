/** What the tip at the pointer says. */
import { placeText, valueText } from "../statistics/numbers.ts";
import type { AxisData, FigureData } from "./figureData.ts";
import type { SeenPoint } from "./nearestPoints.ts";

/** A tip: a title and a row for each number. */
export interface TipText {
  readonly title: string;
  readonly rows: readonly {
    readonly name: string;
    readonly text: string;
    /** The series, for its colour; null for the place of a point. */
    readonly series: number | null;
  }[];
}

/** The tip of some points; of several at about the same x, as a figure by "x" has them, `nearest` has the x of the title. */
export function tipText(data: FigureData, nearest: SeenPoint, points: readonly SeenPoint[]): TipText {
  return data.by === "x" ? tipOfAll(data, nearest, points) : tipOfOne(data, nearest);
}

function tipOfAll(data: FigureData, nearest: SeenPoint, points: readonly SeenPoint[]): TipText {
  // Positions on an axis with texts of its own are no values: the words of the point say where it is.
  const hasPlace = data.x.ticks === undefined;
  const place = (point: SeenPoint): string => valueOn(data.x, placeOf(data, point));
  const rows = points.map((point) => {
    const isBeside = hasPlace && place(point) !== place(nearest);
    const { name } = data.series[point.series]!;
    return { name, text: standing(data, point) + (isBeside ? ` at ${place(point)}` : ""), series: point.series };
  });
  return { title: hasPlace ? titled(data.x, place(nearest)) : "", rows };
}

function tipOfOne(data: FigureData, point: SeenPoint): TipText {
  const { name, values, texts, y } = data.series[point.series]!;
  if (texts !== undefined)
    return { title: name, rows: [{ name: "", text: texts[point.point]!, series: point.series }] };
  const rows = [
    { name: data.x.label ?? "", text: valueOn(data.x, placeOf(data, point)), series: null },
    { name: data.y.label ?? "", text: valueOn(data.y, y[point.point]!), series: null },
    ...(values === undefined ? [] : [{ name, text: valueText(values[point.point]!), series: point.series }]),
  ];
  return { title: values === undefined ? name : "", rows: rows.filter((row) => row.name !== "") };
}

/** What stands for a point: words, or a number. */
function standing(data: FigureData, { series, point }: SeenPoint): string {
  const { texts, values, y } = data.series[series]!;
  return texts?.[point] ?? valueText((values ?? y)[point]!);
}

function placeOf(data: FigureData, { series, point }: SeenPoint): number {
  return data.xs[data.series[series]!.x]![point]!;
}

function valueOn({ bands }: AxisData, value: number): string {
  return bands === undefined ? placeText(value) : bands[value]!;
}

function titled({ label }: AxisData, value: string): string {
  return label === null ? value : `${label}: ${value}`;
}

/** The tip in one sentence, for screen readers. */
export function spoken({ title, rows }: TipText): string {
  const parts = rows.map(({ name, text }) => (name === "" ? text : `${name} ${text}`));
  return [...(title === "" ? [] : [title]), ...parts].join("; ");
}
