/** Arithmetic, element by element. */
import type { Value } from "../../../graph/value.ts";
import { abs, clip, minimum, neg, reciprocal, sign } from "../../../ops/arithmetic.ts";
import { greaterOrEqual } from "../../../ops/comparisons.ts";
import * as ops from "../../../ops/elementwise.ts";
import { add, div, exp, floor, log, maximum, mul, pow, round, sqrt, sub, where } from "../../../ops/elementwise.ts";
import type { ElementType } from "../../modelProto.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operator, Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { elementTypeOf } from "../storedTensor.ts";
import { floatOf, isFraction, known, listed, type Tensor } from "../tensor.ts";

const number = (x: number): Value => known([x], []);
const one = number(1);
const half = number(0.5);

/** An operator of one input. */
const unary = (of: (x: Value) => Value): Operator => ({ read: (node) => of(node.float(0)) });

/** An operator of two inputs that broadcast. */
const binary = (of: (a: Value, b: Value) => Value): Operator => ({
  read: (node) => of(node.float(0), node.float(1)),
});

/** An operator of any number of inputs, which are joined two by two. */
const joined = (of: (a: Value, b: Value) => Value): Operator => ({ read: (node) => join(node, of) });

function join(node: NodeReader, of: (a: Value, b: Value) => Value): Value {
  return Array.from({ length: node.numInputs }, (_, i) => node.float(i)).reduce((a, b) => of(a, b));
}

/** x without its fraction. */
const truncated = (x: Value): Value => mul(sign(x), floor(abs(x)));

function divide(node: NodeReader): Value {
  const quotient = div(node.float(0), node.float(1));
  return isFraction(node.type(0)) ? quotient : truncated(quotient);
}

/** a − b·⌊a/b⌋, or with `fmod` the remainder of the sign of a. */
function modulo(node: NodeReader): Value {
  const [a, b] = [node.float(0), node.float(1)];
  const quotient = div(a, b);
  return sub(a, mul(b, node.integer("fmod", 0) === 0 ? floor(quotient) : truncated(quotient)));
}

/** Bounds are attributes before version 11, inputs since. */
function clipped(node: NodeReader): Value {
  const bound = (input: number, attribute: string): number | undefined => {
    if (node.opset < 11) return node.hasAttribute(attribute) ? node.number(attribute, 0) : undefined;
    return node.has(input) ? node.known(input)[0] : undefined;
  };
  const [low, high] = [bound(1, "min"), bound(2, "max")];
  const x = node.float(0);
  if (low !== undefined && high !== undefined && low > high) return mul(ops.greater(x, x), x);
  return clip(x, { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) });
}

/** `x` in the type `type`: to integers without the fraction, to booleans as x ≠ 0; the floats are one. */
function inType({ type: from, value }: Tensor, type: ElementType): Tensor {
  if (type === "bool" && from !== "bool") return { type, value: sub(one, ops.equal(floatOf(value), number(0))) };
  if (!isFraction(type) && isFraction(from)) return { type, value: truncated(value) };
  return { type, value: isFraction(type) ? floatOf(value) : value };
}

function castTo(node: NodeReader): Result {
  const type = elementTypeOf(node.integer("to", 0));
  if (type === undefined) throw unsupported(`elements of the type ${node.integer("to", 0)} are not supported`);
  return inType(node.tensor(0), type);
}

const tan = (x: Value): Value => div(ops.sin(x), ops.cos(x));
const sinh = (x: Value): Value => mul(half, sub(exp(x), exp(neg(x))));
const cosh = (x: Value): Value => mul(half, add(exp(x), exp(neg(x))));

/** ±log(±x + √(x² + 1)) with the sign of x, + at 0, where the derivative is 1. */
function asinh(x: Value): Value {
  const side = where(greaterOrEqual(x, number(0)), one, number(-1));
  return mul(side, log(add(mul(side, x), sqrt(add(mul(x, x), one)))));
}

const acosh = (x: Value): Value => log(add(x, sqrt(sub(mul(x, x), one))));
const atanh = (x: Value): Value => mul(half, log(div(add(one, x), sub(one, x))));

export const elementwise: Operators = {
  Abs: unary(abs),
  Acosh: unary(acosh),
  Add: binary(add),
  Asinh: unary(asinh),
  Atanh: unary(atanh),
  Cast: { attributes: ["to", "saturate"], read: castTo },
  CastLike: {
    opsets: [15, 21],
    attributes: ["saturate"],
    read: (node) => inType(node.tensor(0), node.type(1)),
  },
  Ceil: { withoutGradient: true, ...unary((x) => neg(floor(neg(x)))) },
  Clip: { attributes: ["min", "max"], read: clipped },
  Cos: unary(ops.cos),
  Cosh: unary(cosh),
  Div: { read: divide },
  Erf: unary(ops.erf),
  Exp: unary(exp),
  Floor: { withoutGradient: true, ...unary(floor) },
  Identity: { read: (node) => node.tensor(0) },
  Log: unary(log),
  Max: joined(maximum),
  Mean: { read: (node) => div(join(node, add), number(node.numInputs)) },
  Min: joined(minimum),
  Mod: { attributes: ["fmod"], read: modulo },
  Mul: binary(mul),
  Neg: unary(neg),
  Pow: binary(pow),
  Reciprocal: unary(reciprocal),
  Round: { withoutGradient: true, ...unary(round) },
  Sign: { withoutGradient: true, ...unary(sign) },
  Sin: unary(ops.sin),
  Sinh: unary(sinh),
  Sqrt: unary(sqrt),
  Sub: binary(sub),
  Sum: joined(add),
  Tan: unary(tan),
  Where: {
    read: (node) => ({ type: node.type(1), value: where(node.float(0), node.float(1), node.float(2)) }),
  },
  ThresholdedRelu: {
    attributes: ["alpha"],
    read(node) {
      const x = node.float(0);
      return mul(x, ops.greater(x, number(node.number("alpha", 1))));
    },
  },
  Shrink: {
    attributes: ["lambd", "bias"],
    read(node) {
      const [x, bound, bias] = [node.float(0), node.number("lambd", 0.5), number(node.number("bias", 0))];
      const above = mul(ops.greater(x, number(bound)), sub(x, bias));
      return add(above, mul(ops.greater(number(-bound), x), add(x, bias)));
    },
  },
  Trilu: {
    opsets: [14, 21],
    attributes: ["upper"],
    read(node) {
      const x = node.float(0);
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const k = node.has(1) ? node.known(1)[0]! : 0;
      const range = (n: number, from: number): number[] => listed(n, (i) => i + from);
      const distance = sub(known(range(columns, 0), [columns]), known(range(rows, k), [rows, 1]));
      const zero = number(0);
      const kept = node.integer("upper", 1) === 0 ? greaterOrEqual(zero, distance) : greaterOrEqual(distance, zero);
      return where(kept, x, zero);
    },
  },
};
