import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { sameShape, type Value } from "../graph/value.ts";

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Use a with its last two axes exchanged. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly label?: string;
}

const rules = { transposeA: optionRules.flag, transposeB: optionRules.flag, label: optionRules.text };

/**
 * Matrix product over the last two axes: [… m×k] · [… k×n] → [… m×n].
 *
 * Leading axes must be equal. Cost: m·k·n multiply-adds per matrix.
 */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  requireOptions("matmul", options, rules);
  const { transposeA = false, transposeB = false, label } = options;
  requireFloat("matmul", label, [a, b]);
  const shapes = [a.shape, b.shape];
  if (a.shape.length < 2 || a.shape.length !== b.shape.length) {
    throw shapeError("matmul", label, "inputs must have the same rank, at least 2", shapes);
  }
  const leading = a.shape.slice(0, -2);
  if (!sameShape(leading, b.shape.slice(0, -2)))
    throw shapeError("matmul", label, "leading sizes must be equal", shapes);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, innerA] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (innerA !== innerB)
    throw shapeError("matmul", label, `inner sizes must be equal (${innerA} and ${innerB})`, shapes);
  return {
    op: "matmul",
    inputs: [a, b],
    attributes: { transposeA, transposeB },
    shape: [...leading, m, n],
    dtype: "float32",
  };
}
