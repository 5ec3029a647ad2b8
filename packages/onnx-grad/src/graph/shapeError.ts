import { rangeError } from "./errors.ts";
import { type Shape, showShape } from "./value.ts";

/** `conv2d (features)`: an operation and the caller's label. */
export function placeOf(op: string, label: string | undefined): string {
  return label === undefined ? op : `${op} (${label})`;
}

/**
 * The error of a shape rule: names the operation, the caller's label, the inputs' shapes and the rule.
 *
 * `matmul (fc1): inner sizes must be equal, got [128×200] and [100×10]`
 */
export function shapeError(op: string, label: string | undefined, rule: string, shapes: readonly Shape[]): RangeError {
  return rangeError(placeOf(op, label), "", rule, shapes, shapes.map(showShape).join(" and "));
}
