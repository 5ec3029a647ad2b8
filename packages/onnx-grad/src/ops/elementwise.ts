/** Elementwise primitives; several inputs broadcast as in NumPy: aligned at the last axis, size 1 stretches. */
import { requireFloat, requireOneOf, requireValues } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { DType, Shape, Value } from "../graph/value.ts";

/** Elementwise primitives of two inputs. */
export const binaryOps = ["add", "sub", "mul", "div", "pow", "maximum", "greater", "equal"] as const;

/** Elementwise primitives of one input; `cast` is one too, with a dtype of its own. */
export const unaryOps = [
  "exp",
  "log",
  "sqrt",
  "sin",
  "cos",
  "erf",
  "relu",
  "tanh",
  "sigmoid",
  "floor",
  "round",
  "stopGradient",
] as const;

type BroadcastingOp = (typeof binaryOps)[number] | "where";
type UnaryOp = (typeof unaryOps)[number];

/** Those of them that are activations of networks. */
export const activationOps: readonly UnaryOp[] = ["relu", "tanh", "sigmoid"];

/** The shape two shapes broadcast to, or undefined where they do not. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) return undefined;
    shape.push(sizeA === 1 ? sizeB : sizeA);
  }
  return shape;
}

/** The shape all of `shapes` broadcast to, or undefined where they do not. */
export function commonShape(shapes: readonly Shape[]): Shape | undefined {
  return shapes.reduce<Shape | undefined>((common, shape) => common && broadcastShape(common, shape), []);
}

function broadcasting(op: BroadcastingOp, inputs: readonly Value[], label: string | undefined): Value {
  requireFloat(op, label, inputs);
  const shapes = inputs.map((input) => input.shape);
  const shape = commonShape(shapes);
  if (shape === undefined) throw shapeError(op, label, "shapes must broadcast", shapes);
  return { op, inputs, attributes: {}, shape, dtype: "float32" };
}

function unary(op: UnaryOp, x: Value, label: string | undefined): Value {
  requireFloat(op, label, [x]);
  return { op, inputs: [x], attributes: {}, shape: x.shape, dtype: "float32" };
}

/** a + b. */
export function add(a: Value, b: Value, label?: string): Value {
  return broadcasting("add", [a, b], label);
}

/** a − b. */
export function sub(a: Value, b: Value, label?: string): Value {
  return broadcasting("sub", [a, b], label);
}

/** a · b, element by element. */
export function mul(a: Value, b: Value, label?: string): Value {
  return broadcasting("mul", [a, b], label);
}

/** a / b, element by element. */
export function div(a: Value, b: Value, label?: string): Value {
  return broadcasting("div", [a, b], label);
}

/** 1 where a > b, else 0; its derivative is zero. */
export function greater(a: Value, b: Value, label?: string): Value {
  return broadcasting("greater", [a, b], label);
}

/** 1 where a = b, else 0, NaN being equal to nothing; its derivative is zero. */
export function equal(a: Value, b: Value, label?: string): Value {
  return broadcasting("equal", [a, b], label);
}

/** The larger of a and b, NaN where either is NaN; where they are equal each has half of the derivative. */
export function maximum(a: Value, b: Value, label?: string): Value {
  return broadcasting("maximum", [a, b], label);
}

/**
 * aᵇ; NaN for a negative base with an exponent that is no integer, 1 for the exponent 0.
 *
 * ∂/∂a = b·aᵇ⁻¹, 0 where b = 0; ∂/∂b = aᵇ log a, taken with log a = 0 at a = 0 (right for b > 0) and NaN for a < 0.
 */
export function pow(a: Value, b: Value, label?: string): Value {
  return broadcasting("pow", [a, b], label);
}

/**
 * a where the condition is not 0, else b.
 *
 * The condition is a value of 0 and 1, such as `greater` gives, and has no derivative. No NaN or infinity of the branch not
 * taken enters the result, nor its derivatives by way of primitives that are elementwise or move elements: ∂/∂x of where(x > 0, log x, 0) at 0 is 0.
 */
export function where(condition: Value, a: Value, b: Value, label?: string): Value {
  return broadcasting("where", [condition, a, b], label);
}

/** x, taken for a constant by `gradients`. */
export function stopGradient(x: Value, label?: string): Value {
  return unary("stopGradient", x, label);
}

/** eˣ. */
export function exp(x: Value, label?: string): Value {
  return unary("exp", x, label);
}

/** Natural logarithm. */
export function log(x: Value, label?: string): Value {
  return unary("log", x, label);
}

/** Square root. */
export function sqrt(x: Value, label?: string): Value {
  return unary("sqrt", x, label);
}

/** max(x, 0); its derivative at 0 is 0. */
export function relu(x: Value, label?: string): Value {
  return unary("relu", x, label);
}

/** Hyperbolic tangent. */
export function tanh(x: Value, label?: string): Value {
  return unary("tanh", x, label);
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Value, label?: string): Value {
  return unary("sigmoid", x, label);
}

/** Sine of x in radians. */
export function sin(x: Value, label?: string): Value {
  return unary("sin", x, label);
}

/** Cosine of x in radians. */
export function cos(x: Value, label?: string): Value {
  return unary("cos", x, label);
}

/** Error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(x: Value, label?: string): Value {
  return unary("erf", x, label);
}

/** The largest integer that is not above x; its derivative is zero. */
export function floor(x: Value, label?: string): Value {
  return unary("floor", x, label);
}

/** The nearest integer, of two the even one; its derivative is zero. */
export function round(x: Value, label?: string): Value {
  return unary("round", x, label);
}

/** x in another dtype; to integers by dropping the fraction (within ±2³¹). Integers have no derivative. */
export function cast(x: Value, dtype: DType, label?: string): Value {
  requireValues("cast", label, [x]);
  requireOneOf("cast", "dtype", dtype, ["float32", "int32"] satisfies DType[]);
  return x.dtype === dtype ? x : { op: "cast", inputs: [x], attributes: {}, shape: x.shape, dtype };
}
