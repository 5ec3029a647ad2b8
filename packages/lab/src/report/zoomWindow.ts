/** The part of a figure that fills its frame after zooming: in pixels of the whole figure, since zooming moves what is drawn. */
import { tickAmong, tickLabel } from "../statistics/numbers.ts";
import type { AxisData, ViewData } from "./figureData.ts";
import { valueAt } from "./scales.ts";
import { ticksBetween } from "./ticks.ts";

/** From and to, in pixels of the whole figure. */
export type Interval = readonly [from: number, to: number];

/** The visible part of both axes. */
export interface ZoomWindow {
  readonly x: Interval;
  readonly y: Interval;
}

/** A direction of the figure. */
export type Direction = "x" | "y";

/** Lines of a figure are drawn to a thousandth of a pixel: enlarged further they would have steps. */
const largestZoom = 1000;

/** The whole figure. */
export function wholeWindow({ frame: [left, top, right, bottom] }: ViewData): ZoomWindow {
  return { x: [left, right], y: [top, bottom] };
}

/** By how much a direction is enlarged. */
export function enlargement(view: ViewData, window: ZoomWindow, direction: Direction): number {
  const [[start, end], [from, to]] = [wholeWindow(view)[direction], window[direction]];
  return (end - start) / (to - from);
}

/** Whether nothing of the figure is outside. */
export function isWhole(view: ViewData, window: ZoomWindow): boolean {
  return enlargement(view, window, "x") === 1 && enlargement(view, window, "y") === 1;
}

/** Where a pixel of the whole figure is seen. */
export function seenAt(view: ViewData, window: ZoomWindow, direction: Direction, pixel: number): number {
  const [start] = wholeWindow(view)[direction];
  return start + (pixel - window[direction][0]) * enlargement(view, window, direction);
}

/** The pixel of the whole figure that is seen there. */
export function pixelOf(view: ViewData, window: ZoomWindow, direction: Direction, seen: number): number {
  const [start] = wholeWindow(view)[direction];
  return window[direction][0] + (seen - start) / enlargement(view, window, direction);
}

/** An interval within the figure, no smaller than can be drawn; a scale of bands keeps all of them. */
export function allowed(view: ViewData, direction: Direction, [one, other]: Interval): Interval {
  const whole = wholeWindow(view)[direction];
  if (view[direction].type === "band") return whole;
  const [start, end] = whole;
  const size = Math.min(end - start, Math.max(Math.abs(other - one), (end - start) / largestZoom));
  const from = Math.min(Math.max((one + other - size) / 2, start), end - size);
  return [from, from + size];
}

/** The lowest and highest value of an axis in the window. */
export function visibleValues(view: ViewData, window: ZoomWindow, direction: Direction): [low: number, high: number] {
  const [one, other] = window[direction].map((pixel) => valueAt(view[direction], pixel)) as [number, number];
  return one < other ? [one, other] : [other, one];
}

/** Ticks with their texts between two values, about so many. */
export function labelledTicks(
  axis: AxisData,
  type: "linear" | "log",
  [low, high]: readonly [number, number],
  count: number,
): (readonly [value: number, text: string])[] {
  if (axis.ticks !== undefined) return axis.ticks.filter(([value]) => value >= low && value <= high);
  const { values, step } = ticksBetween(type, low, high, count);
  return values.map((value) => [value, step === null ? tickLabel(value) : tickAmong(value, step)]);
}
