/** The operators of the ONNX standard, version 17, for models that any runtime loads. Integers are int64. */
import { rangeError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/value.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { Dialect } from "./dialect.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { primitives } from "./primitives.ts";
import { standardActivations } from "./standardActivations.ts";
import { standardConvolution } from "./standardConvolution.ts";
import { foldedConstant, isConstant, matrixProduct, mean, softmaxOverAxis } from "./standardForms.ts";
import { standardNormalisations } from "./standardNormalisations.ts";

/** A comparison of two values as booleans. */
const comparisons = { greater: "Greater", equal: "Equal" } as const;

/** A condition of 0 and 1, or ≠ 0, as booleans. */
function asBoolean(condition: Value, context: LoweringContext): string {
  const { graph, nameOf } = context;
  if (isConstant(condition)) return castTo("bool", nameOf(condition), graph);
  if (condition.op === "greater" || condition.op === "equal")
    return graph.node(comparisons[condition.op], condition.inputs.map(nameOf));
  const [one, other] = condition.inputs as [Value, Value];
  if (condition.op === "sub" && uniform(one) === 1 && other.op === "equal")
    return graph.node("Not", [asBoolean(other, context)]);
  return graph.node("Not", [graph.node("Equal", [nameOf(condition), graph.floats([0], [])])]);
}

/** A comparison as 0 and 1. */
const compared = (value: Node<"greater"> | Node<"equal">, context: LoweringContext): string =>
  castTo("float32", asBoolean(value, context), context.graph);

function product(value: Node<"matmul">, { graph, nameOf }: LoweringContext): string {
  const [a, b] = value.inputs as [Value, Value];
  const { transposeA, transposeB } = value.attributes;
  if (a.shape.length === 2 && b.shape.length === 2) {
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    return graph.node("Gemm", [nameOf(a), nameOf(b)], { attributes });
  }
  const operand = (x: Value, isTransposed: boolean): string => {
    if (!isTransposed) return nameOf(x);
    const axes = x.shape.map((_, axis) => axis);
    return graph.node("Transpose", [nameOf(x)], {
      attributes: { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] },
    });
  };
  return graph.node("MatMul", [operand(a, transposeA), operand(b, transposeB)]);
}

/** Where a label […] is the class 0 … depth − 1 along a new last axis, as booleans; labels outside are nowhere. */
function isClass(labels: Value, depth: number, { graph, nameOf }: LoweringContext): string {
  const shape = [...labels.shape, 1];
  const column =
    labels.op === "constant"
      ? graph.floats(labels.attributes.data, shape)
      : castTo("float32", graph.node("Reshape", [nameOf(labels), graph.ints(shape)]), graph);
  const classes = Array.from({ length: depth }, (_, i) => i);
  return graph.node("Equal", [column, graph.floats(classes, [depth])]);
}

const convolution = (value: Value, context: LoweringContext): string => {
  const name = standardConvolution(value, context);
  if (name === undefined) throw withoutOperator(value);
  return name;
};

const withoutOperator = ({ op }: Value): Error =>
  rangeError("writeOnnx", "the network", "must be of operations with a standard operator", op);

/** The smallest shape that stretches `x` to `shape`: 1 where x has the size already. */
const stretch = (x: Value, { shape }: Value): number[] => {
  const more = shape.length - x.shape.length;
  return shape.map((size, axis) => (size === x.shape[axis - more] ? 1 : size));
};

export const standardDialect: Dialect = {
  fusions: [
    foldedConstant,
    standardConvolution,
    matrixProduct,
    ...standardNormalisations,
    mean,
    softmaxOverAxis,
    ...standardActivations,
  ],
  primitives: {
    ...primitives,
    greater: compared,
    equal: compared,
    where: ({ inputs: [condition, a, b] }, context) =>
      context.graph.node("Where", [asBoolean(condition!, context), context.nameOf(a!), context.nameOf(b!)]),
    sigmoid: ({ inputs: [x] }, { graph, nameOf }) => graph.node("Sigmoid", [nameOf(x!)]),
    cast: ({ inputs: [x], dtype }, { graph, nameOf }) => castTo(dtype === "int32" ? "int64" : dtype, nameOf(x!), graph),
    matmul: product,
    conv2d: convolution,
    conv2dInputGradient: convolution,
    conv2dWeightGradient: convolution,
    reduceSum: ({ inputs: [x], attributes: { axes, keepDims } }, { graph, nameOf }) =>
      graph.node("ReduceSum", [nameOf(x!), graph.ints(axes)], { attributes: { keepdims: keepDims ? 1 : 0 } }),
    reduceMax: ({ inputs: [x], attributes: { axes, keepDims } }, { graph, nameOf }) =>
      graph.node("ReduceMax", [nameOf(x!)], { attributes: { axes, keepdims: keepDims ? 1 : 0 } }),
    argMax: ({ inputs: [x], attributes: { axis, keepDims } }, { graph, nameOf }) =>
      graph.node("ArgMax", [nameOf(x!)], { attributes: { axis, keepdims: keepDims ? 1 : 0 } }),
    broadcastTo: (value, { graph, nameOf }) => {
      const x = value.inputs[0]!;
      return graph.node("Expand", [nameOf(x), graph.ints(stretch(x, value))]);
    },
    gather: ({ inputs: [x, indices], attributes: { axis } }, { graph, nameOf }) =>
      graph.node("Gather", [nameOf(x!), nameOf(indices!)], { attributes: { axis } }),
    oneHot: ({ inputs: [labels], shape }, context) =>
      castTo("float32", isClass(labels!, shape.at(-1)!, context), context.graph),
    // GatherElements would count negative labels from the end.
    pick: ({ inputs: [x, labels] }, context) => {
      const { graph, nameOf } = context;
      const chosen = isClass(labels!, x!.shape.at(-1)!, context);
      const rest = graph.node("Where", [chosen, nameOf(x!), graph.floats([0], [])]);
      return graph.node("ReduceSum", [rest, graph.ints([x!.shape.length - 1])], { attributes: { keepdims: 1 } });
    },
    constant: ({ attributes: { data }, shape, dtype }, { graph }) =>
      dtype === "int32" ? graph.ints(data, shape) : graph.floats(data, shape),
  },
};
