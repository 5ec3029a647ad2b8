/** Elementwise primitives; two inputs broadcast as in NumPy: aligned at the last axis, size 1 stretches. */
import { requireFloat } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Shape, Value } from "../graph/value.ts";

/** Elementwise primitives of two inputs. */
export const binaryOps = ["add", "sub", "mul", "div", "greater"] as const;

/** Elementwise primitives of one input. */
export const unaryOps = ["exp", "log", "sqrt", "relu", "tanh", "sigmoid", "stopGradient"] as const;

type BinaryOp = (typeof binaryOps)[number];
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

function binary(op: BinaryOp, a: Value, b: Value, label: string | undefined): Value {
  requireFloat(op, label, [a, b]);
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === undefined) throw shapeError(op, label, "shapes must broadcast", [a.shape, b.shape]);
  return { op, inputs: [a, b], attributes: {}, shape, dtype: "float32" };
}

function unary(op: UnaryOp, x: Value, label: string | undefined): Value {
  requireFloat(op, label, [x]);
  return { op, inputs: [x], attributes: {}, shape: x.shape, dtype: "float32" };
}

/** a + b. */
export function add(a: Value, b: Value, label?: string): Value {
  return binary("add", a, b, label);
}

/** a − b. */
export function sub(a: Value, b: Value, label?: string): Value {
  return binary("sub", a, b, label);
}

/** a · b, element by element. */
export function mul(a: Value, b: Value, label?: string): Value {
  return binary("mul", a, b, label);
}

/** a / b, element by element. */
export function div(a: Value, b: Value, label?: string): Value {
  return binary("div", a, b, label);
}

/** 1 where a > b, else 0; its derivative is zero. */
export function greater(a: Value, b: Value, label?: string): Value {
  return binary("greater", a, b, label);
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
