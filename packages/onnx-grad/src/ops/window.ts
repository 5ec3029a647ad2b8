/** Sliding windows from the options of convolution and pooling: strides, paddings, dilations and how many positions they have. */
import { rangeError } from "../graph/errors.ts";
import { type OptionRule, optionRules } from "../graph/requirements.ts";
import type { Shape, Window } from "../graph/value.ts";

/** A size for rows and columns from one number or two. */
export type Pair = number | readonly [number, number];

/** Options of every sliding window; a number stands for both axes. */
export interface WindowOptions {
  readonly stride?: Pair;
  /** Elements added on each side, by axis, or as [top, left, bottom, right]. */
  readonly padding?: Pair | Window["padding"];
  /** Steps from one element of the window to the next. Default 1. */
  readonly dilation?: Pair;
  /**
   * The padding with which ⌈size / stride⌉ positions fit, as evenly as can be with the odd one after (`same-upper`, Keras's and
   * TensorFlow's "same") or before (`same-lower`); `valid` is none. In place of `padding`.
   */
  readonly autoPad?: AutoPad;
}

/** How paddings are worked out. */
export type AutoPad = "same-upper" | "same-lower" | "valid";

const autoPads: readonly unknown[] = ["same-upper", "same-lower", "valid"] satisfies AutoPad[];

/** The rules of `WindowOptions`. */
export const windowRules: Readonly<Record<keyof WindowOptions, OptionRule>> = {
  stride: optionRules.positivePair,
  padding: {
    rule: "an integer from 0 on, two of them, or four as [top, left, bottom, right]",
    holds: (value) =>
      Array.isArray(value) && value.length === 4
        ? value.every((size) => optionRules.countPair.holds(size) && typeof size === "number")
        : optionRules.countPair.holds(value),
  },
  dilation: optionRules.positivePair,
  autoPad: { rule: "same-upper, same-lower or valid", holds: (value) => autoPads.includes(value) },
};

/** Rows and columns. */
export function pair(size: Pair): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

/** The window of `options` over images of `height` × `width`, for windows of `size` elements. */
export function windowFrom(
  op: string,
  { stride = 1, padding, dilation = 1, autoPad }: WindowOptions,
  image: readonly [height: number, width: number],
  size: readonly [number, number],
): Window {
  if (autoPad !== undefined && padding !== undefined)
    throw rangeError(op, "padding", `must be left out beside autoPad ${autoPad}`, padding);
  const window: Window = { stride: pair(stride), padding: fourSides(padding ?? 0), dilation: pair(dilation) };
  if (autoPad === undefined || autoPad === "valid") return window;
  const sides = ([0, 1] as const).map((axis) => {
    const step = window.stride[axis];
    const total = Math.max((Math.ceil(image[axis] / step) - 1) * step + extent(size, window, axis) - image[axis], 0);
    const less = Math.floor(total / 2);
    return autoPad === "same-upper" ? [less, total - less] : [total - less, less];
  }) as [[number, number], [number, number]];
  return { ...window, padding: [sides[0][0], sides[1][0], sides[0][1], sides[1][1]] };
}

function fourSides(padding: NonNullable<WindowOptions["padding"]>): Window["padding"] {
  if (typeof padding !== "number" && padding.length === 4) return padding;
  const [rows, columns] = pair(padding);
  return [rows, columns, rows, columns];
}

/** Elements from the first of a window to its last along an axis: (size − 1)·dilation + 1. */
export function extent(size: readonly number[], { dilation }: Window, axis: 0 | 1): number {
  return (size[axis]! - 1) * dilation[axis] + 1;
}

/** Whether some element may lie in two windows. */
export function overlaps(size: readonly number[], window: Window): boolean {
  return ([0, 1] as const).some((axis) => window.stride[axis] < extent(size, window, axis));
}

/** Positions of a window of `size` elements along rows and columns: ⌊(length + padding − extent) / stride⌋ + 1. */
export function windowPositions([height, width]: Shape, size: readonly number[], window: Window): [number, number] {
  const [top, left, bottom, right] = window.padding;
  const along = (length: number, axis: 0 | 1): number =>
    Math.floor((length - extent(size, window, axis)) / window.stride[axis]) + 1;
  return [along(height! + top + bottom, 0), along(width! + left + right, 1)];
}
