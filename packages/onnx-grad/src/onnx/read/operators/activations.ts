/** Activations and softmax. */
import { sizeOf, type Value } from "../../../graph/value.ts";
import * as activations from "../../../ops/activations.ts";
import { abs } from "../../../ops/arithmetic.ts";
import { add, div, mul, relu, sigmoid, tanh } from "../../../ops/elementwise.ts";
import { argMax } from "../../../ops/indexing.ts";
import { reshape, transpose } from "../../../ops/layout.ts";
import { oneHot } from "../../../ops/reductions.ts";
import { logSoftmax, softmax } from "../../../ops/softmax.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operator, Operators } from "../operator.ts";
import { known } from "../tensor.ts";

const number = (x: number): Value => known([x], []);
const unary = (of: (x: Value) => Value): Operator => ({ read: (node) => of(node.float(0)) });

/** Before version 13 these are over all axes from `axis` on, taken as one. */
const overAxis = (of: (x: Value, axis: number) => Value): Operator => ({
  attributes: ["axis"],
  read(node) {
    const x = node.float(0);
    const axis = node.axis(node.integer("axis", node.opset < 13 ? 1 : -1), x.shape.length);
    if (node.opset >= 13) return of(x, axis);
    return reshape(of(reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]), 1), x.shape);
  },
});

/** 1 at the first of the largest elements along an axis. */
function hardmax(x: Value, axis: number): Value {
  const rows = oneHot(argMax(x, { axis }), x.shape[axis]!);
  const last = x.shape.length - 1;
  return transpose(
    rows,
    x.shape.map((_, i) => (i === axis ? last : i < axis ? i : i - 1)),
  );
}

function gelu(node: NodeReader): Value {
  const approximate = node.text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh") throw new Error(`approximate "${approximate}" is unknown`);
  return activations.gelu(node.float(0), { approximate });
}

export const activationOperators: Operators = {
  Celu: {
    opsets: [12, 21],
    attributes: ["alpha"],
    read(node) {
      const alpha = node.number("alpha", 1);
      return mul(activations.elu(div(node.float(0), number(alpha))), number(alpha));
    },
  },
  Elu: { attributes: ["alpha"], read: (node) => activations.elu(node.float(0), node.number("alpha", 1)) },
  Gelu: { opsets: [20, 21], attributes: ["approximate"], read: gelu },
  HardSigmoid: {
    attributes: ["alpha", "beta"],
    read: (node) =>
      activations.hardSigmoid(node.float(0), { alpha: node.number("alpha", 0.2), beta: node.number("beta", 0.5) }),
  },
  HardSwish: { opsets: [14, 21], ...unary(activations.hardSwish) },
  Hardmax: overAxis(hardmax),
  LeakyRelu: {
    attributes: ["alpha"],
    read: (node) => activations.leakyRelu(node.float(0), node.number("alpha", 0.01)),
  },
  LogSoftmax: overAxis((x, axis) => logSoftmax(x, { axis })),
  Mish: { opsets: [18, 21], ...unary((x) => mul(x, tanh(activations.softplus(x)))) },
  PRelu: { read: (node) => activations.prelu(node.float(0), node.float(1)) },
  Relu: unary(relu),
  Selu: {
    attributes: ["alpha", "gamma"],
    read(node) {
      const below = activations.elu(node.float(0), node.number("alpha", 1.6732632423543772));
      return mul(below, number(node.number("gamma", 1.0507009873554805)));
    },
  },
  Sigmoid: unary(sigmoid),
  Softmax: overAxis((x, axis) => softmax(x, { axis })),
  Softplus: unary(activations.softplus),
  Softsign: unary((x) => div(x, add(abs(x), number(1)))),
  Tanh: unary(tanh),
};
