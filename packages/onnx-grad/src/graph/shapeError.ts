import { type Shape, showShape } from "./value.ts";

/**
 * The error of a shape rule: names the operation, the caller's label, the inputs' shapes and the rule.
 *
 * `matmul (fc1): inner sizes must be equal, got [128×200] and [100×10]`
 */
export function shapeError(op: string, label: string | undefined, rule: string, shapes: readonly Shape[]): RangeError {
  const where = label === undefined ? op : `${op} (${label})`;
  return new RangeError(`${where}: ${rule}, got ${shapes.map(showShape).join(" and ")}`);
}
