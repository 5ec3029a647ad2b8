/** What the script of a page knows of a figure: written into the page as JSON, once for both forms of the figure. */
import type { PositionScale } from "./scales.ts";

/** A figure. */
export interface FigureData {
  /** Values of all series at the pointer's x, or of the nearest point. */
  readonly by: "x" | "point";
  readonly x: AxisData;
  readonly y: AxisData;
  /** Places of points; series with the same ones share a list. */
  readonly xs: readonly (readonly number[])[];
  readonly series: readonly SeriesData[];
  /** For wide and for narrow screens. */
  readonly views: readonly [ViewData, ViewData];
}

/** An axis. */
export interface AxisData {
  readonly label: string | null;
  /** Names of the bands of a band scale. */
  readonly bands?: readonly string[];
  /** The only ticks, with their texts, where these are not the numbers of the scale. */
  readonly ticks?: readonly (readonly [value: number, text: string])[];
}

/** The points of a series. */
export interface SeriesData {
  readonly name: string;
  /** Null where it depends on the point. */
  readonly color: string | null;
  readonly dash?: string;
  /** Index of its places in `xs`. */
  readonly x: number;
  readonly y: readonly number[];
  /** Half the widths of bars. */
  readonly reach?: readonly number[];
  /** A number that stands for the point, with its name; default its y. */
  readonly values?: readonly number[];
  /** Words that stand for the point. */
  readonly texts?: readonly string[];
  /** Pixels by which it is drawn beside its place. */
  readonly offset?: readonly [x: number, y: number];
}

/** One form of the figure. */
export interface ViewData {
  /** Pixels: left, top, right, bottom. */
  readonly frame: readonly [number, number, number, number];
  readonly x: PositionScale;
  readonly y: PositionScale;
  /** The directions in which each group of the SVG moves with the axes, in order; the empty text where in none. */
  readonly moves: readonly ("" | "x" | "y" | "xy")[];
}
