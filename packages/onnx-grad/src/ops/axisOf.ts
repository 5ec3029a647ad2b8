import { shapeError } from "../graph/shapeError.ts";
import type { Shape } from "../graph/value.ts";

/** `axis` counted from the first; negative ones count from the last. Throws unless it is an axis of `shape`. */
export function axisOf(op: string, label: string | undefined, axis: number, shape: Shape): number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(at) && at >= 0 && at < shape.length) return at;
  throw shapeError(op, label, `axis ${axis} must be one of the input's`, [shape]);
}
