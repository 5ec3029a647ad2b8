/** A smooth function of one variable through given heights. */
import { rangeError } from "../errors.ts";

/** A function of one variable with its slope. */
export interface GridFunction {
  valueAt(x: number): number;
  slopeAt(x: number): number;
}

/**
 * Cubic Hermite interpolation through (i, heights[i]), with the slopes of central differences (Catmull and Rom 1974): continuous with
 * its slope. Beyond the ends the function goes on with the height and without the slope of the end.
 *
 * @param heights - shape (n,), n ≥ 2
 * @throws RangeError for fewer than two heights
 */
export function gridFunction(heights: ArrayLike<number>): GridFunction {
  const last = heights.length - 1;
  if (last < 1) throw rangeError("gridFunction", "heights", "must have at least two numbers", heights.length);
  const tangent = (i: number): number => {
    if (i <= 0 || i >= last) return 0;
    return (heights[i + 1]! - heights[i - 1]!) / 2;
  };
  /** Heights and tangents of the interval with x, and the share of it before x. */
  const around = (x: number) => {
    const i = Math.min(last - 1, Math.max(0, Math.floor(x)));
    return { share: x - i, from: heights[i]!, to: heights[i + 1]!, start: tangent(i), end: tangent(i + 1) };
  };
  return {
    valueAt(x) {
      if (!(x > 0)) return heights[0]!;
      if (x >= last) return heights[last]!;
      const { share: t, from, to, start, end } = around(x);
      const rest = 1 - t;
      return (1 + 2 * t) * rest * rest * from + t * rest * rest * start + t * t * (3 - 2 * t) * to - t * t * rest * end;
    },
    slopeAt(x) {
      if (!(x > 0) || x >= last) return 0;
      const { share: t, from, to, start, end } = around(x);
      return 6 * t * (1 - t) * (to - from) + (1 - t) * (1 - 3 * t) * start + t * (3 * t - 2) * end;
    },
  };
}
