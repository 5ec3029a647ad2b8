import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type Shape, sameShape, type Value } from "../graph/value.ts";
import { add, broadcastShape, mul } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { constant } from "./leaves.ts";

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
 * Leading axes broadcast. A vector a is one row and a vector b one column, whose axis the result has not, as in NumPy; they are
 * not transposed. Cost: m·k·n multiply-adds per matrix.
 */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  requireOptions("matmul", options, rules);
  const { transposeA = false, transposeB = false, label } = options;
  requireFloat("matmul", label, [a, b]);
  const shapes = [a.shape, b.shape];
  if (shapes.some(({ length }) => length === 0)) throw shapeError("matmul", label, "inputs must have axes", shapes);
  if (a.shape.length === 1 || b.shape.length === 1) return ofVectors(a, b, options);
  const { inner, shape } = product(a.shape, b.shape, options);
  if (inner[0] !== inner[1])
    throw shapeError("matmul", label, `inner sizes must be equal (${inner[0]} and ${inner[1]})`, shapes);
  if (shape === undefined) throw shapeError("matmul", label, "leading sizes must broadcast", shapes);
  // One product with all rows of a, where b has one matrix.
  if (b.shape.length === 2 && a.shape.length > 2 && !transposeA) {
    return reshape(matmul(reshape(a, [-1, inner[0]]), b, options), shape);
  }
  return { op: "matmul", inputs: [a, b], attributes: { transposeA, transposeB }, shape, dtype: "float32" };
}

/** Both inner sizes, and the shape of the product where leading axes broadcast. */
function product(
  a: Shape,
  b: Shape,
  { transposeA, transposeB }: MatmulOptions,
): { readonly inner: readonly [number, number]; readonly shape: Shape | undefined } {
  const [rowsA, columnsA] = a.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.slice(-2) as [number, number];
  const [m, innerA] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  const leading = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return { inner: [innerA, innerB], shape: leading && [...leading, m, n] };
}

function ofVectors(a: Value, b: Value, options: MatmulOptions): Value {
  const isRow = a.shape.length === 1;
  const isColumn = b.shape.length === 1;
  const matrixA = isRow ? reshape(a, [1, -1]) : a;
  const matrixB = isColumn ? reshape(b, [-1, 1]) : b;
  const transposes = {
    transposeA: !isRow && (options.transposeA ?? false),
    transposeB: !isColumn && (options.transposeB ?? false),
  };
  const y = matmul(matrixA, matrixB, { ...options, ...transposes });
  const keep = [...(isRow ? [] : y.shape.slice(-2, -1)), ...(isColumn ? [] : y.shape.slice(-1))];
  return reshape(y, [...y.shape.slice(0, -2), ...keep]);
}

/** Options of `gemm`. */
export interface GemmOptions extends MatmulOptions {
  /** Factor of the product; 1 by default. */
  readonly alpha?: number;
  /** Factor of c; 1 by default. */
  readonly beta?: number;
}

const gemmRules = { ...rules, alpha: optionRules.number, beta: optionRules.number };

/** alpha·a·b + beta·c for matrices a and b, and c that broadcasts to their product. */
export function gemm(a: Value, b: Value, c: Value | undefined, options: GemmOptions = {}): Value {
  requireOptions("gemm", options, gemmRules);
  const { alpha = 1, beta = 1, ...rest } = options;
  if (a.shape.length !== 2 || b.shape.length !== 2)
    throw shapeError("gemm", options.label, "inputs must be matrices", [a.shape, b.shape]);
  const y = scaled(matmul(a, b, rest), alpha);
  if (c === undefined) return y;
  const common = broadcastShape(c.shape, y.shape);
  if (common === undefined || !sameShape(common, y.shape))
    throw shapeError("gemm", options.label, "c must broadcast to the product", [c.shape, y.shape]);
  return add(y, scaled(c, beta), options.label);
}

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, constant(factor)));
