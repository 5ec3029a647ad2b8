/** Each primitive as ONNX nodes, one by one; `fusions.ts` has the forms that span several. */
import { type Shape, sizeOf, type Value } from "../graph/value.ts";
import type { Dialect } from "./dialect.ts";
import { negated } from "./elementwiseFusions.ts";
import { lowerConvolution, lowerInputGradient } from "./lowerConvolution.ts";
import { castTo, labelColumn, lowerGather, lowerScatterAdd } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { lowerAveragePool, lowerAveragePoolGradient, lowerPoolGather, lowerPoolScatter } from "./lowerPooling.ts";
import { lowerScan } from "./lowerScan.ts";
import { lowerSum } from "./lowerSum.ts";
import { lowerWeightGradient } from "./lowerWeightGradient.ts";
import { poolAttributes } from "./windowAttributes.ts";

type Lower = (value: Value, context: LoweringContext) => string;

/** A primitive that is one ONNX operator with the same inputs. */
function direct(opType: string): Lower {
  return (value, { graph, nameOf }) => graph.node(opType, value.inputs.map(nameOf));
}

/** The smallest shape whose broadcast along equal or missing axes gives the same elements: trailing [1, 1] kept. */
function reshaped(name: string, shape: Shape, { graph }: LoweringContext): string {
  return graph.node("Reshape", [name, graph.ints(shape)]);
}

/** Near the largest float32: makes 1 of the smallest normal number, 1.2e-38. */
const steepest = 3e38;

/** Writes one primitive, whose inputs are there, and returns its tensor. */
export const primitives: Dialect["primitives"] = {
  input: ({ attributes: { name }, shape, dtype }, { graph }) => graph.input(name, shape, dtype),
  constant: ({ attributes: { data }, shape, dtype }, { graph }) =>
    dtype === "int32" ? graph.int32s(data, shape) : graph.floats(data, shape),
  add: direct("Add"),
  sub: direct("Sub"),
  mul: direct("Mul"),
  div: direct("Div"),
  greater: ({ inputs: [a, b] }, { graph, nameOf }) => {
    // [a > 0] is a hard sigmoid of infinite slope: one pass over floats, where a comparison gives booleans to be cast.
    if (isConstant(b!, 0) && sizeOf(b!.shape) === 1 && b!.shape.length <= a!.shape.length) {
      return graph.node("HardSigmoid", [nameOf(a!)], {
        attributes: { alpha: { float: steepest }, beta: { float: 0 } },
      });
    }
    return castTo("float32", graph.node("Greater", [nameOf(a!), nameOf(b!)]), graph);
  },
  equal: ({ inputs }, { graph, nameOf }) => castTo("float32", graph.node("Equal", inputs.map(nameOf)), graph),
  maximum: direct("Max"),
  pow: direct("Pow"),
  where: ({ inputs: [condition, a, b] }, context) =>
    context.graph.node("Where", [asBoolean(condition!, context), context.nameOf(a!), context.nameOf(b!)]),
  exp: direct("Exp"),
  log: direct("Log"),
  sqrt: direct("Sqrt"),
  relu: direct("Relu"),
  tanh: direct("Tanh"),
  // 1/(1 + e⁻ˣ): ONNX Runtime's Sigmoid is wrong by 2e-4 of its value at −10, by all of it from −17 on, and 0 below −18.
  sigmoid: ({ inputs: [x] }, { graph, nameOf }) => {
    const opposite = negated(x!);
    const growth = graph.node("Exp", [opposite ? nameOf(opposite) : graph.node("Neg", [nameOf(x!)])]);
    return graph.node("Reciprocal", [graph.node("Add", [growth, graph.floats([1], [])])]);
  },
  sin: direct("Sin"),
  cos: direct("Cos"),
  erf: direct("Erf"),
  floor: direct("Floor"),
  round: direct("Round"),
  cast: ({ inputs: [x], dtype }, { graph, nameOf }) => castTo(dtype, nameOf(x!), graph),
  softmax: ({ inputs: [x] }, { graph, nameOf }) => graph.node("Softmax", [nameOf(x!)], { attributes: { axis: -1 } }),
  logSoftmax: ({ inputs: [x] }, { graph, nameOf }) =>
    graph.node("LogSoftmax", [nameOf(x!)], { attributes: { axis: -1 } }),
  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB } }, { graph, nameOf }) => {
    const operands = [nameOf(a!), nameOf(b!)];
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    if (a!.shape.length === 2 && b!.shape.length === 2) return graph.node("Gemm", operands, { attributes });
    if (!transposeA && !transposeB) return graph.node("MatMul", operands);
    return graph.node("FusedMatMul", operands, { attributes, domain: "com.microsoft" });
  },
  conv2d: (value, context) => lowerConvolution(value, context),
  conv2dInputGradient: lowerInputGradient,
  conv2dWeightGradient: lowerWeightGradient,
  // The second output of MaxPool: positions in the whole flattened tensor, int64.
  maxPoolIndices: ({ inputs: [x], attributes }, { graph, nameOf }) =>
    graph.nodes("MaxPool", [nameOf(x!)], { attributes: poolAttributes(attributes), numOutputs: 2 })[1]!,
  poolGather: lowerPoolGather,
  poolScatter: lowerPoolScatter,
  averagePool: lowerAveragePool,
  averagePoolGradient: lowerAveragePoolGradient,
  reduceSum: lowerSum,
  // ReduceMax passes over a NaN that is not the first. Σ|x| does not, nor does its hard sigmoid, a number in [0, 1] otherwise.
  reduceMax: ({ inputs: [x], attributes: { axes, keepDims } }, { graph, nameOf }) => {
    const attributes = { keepdims: keepDims ? 1 : 0 };
    const maximum = graph.node("ReduceMax", [nameOf(x!), graph.ints(axes)], { attributes });
    const size = graph.node("ReduceL1", [nameOf(x!), graph.ints(axes)], { attributes });
    const bounded = graph.node("HardSigmoid", [size], { attributes: { alpha: { float: 1 }, beta: { float: 0 } } });
    return graph.node("Add", [maximum, graph.node("Mul", [bounded, graph.floats([0], [])])]);
  },
  cumulativeSum: ({ inputs: [x], attributes: { axis, reverse, exclusive } }, { graph, nameOf }) =>
    graph.node("CumSum", [nameOf(x!), graph.ints([axis], [])], {
      attributes: { reverse: reverse ? 1 : 0, exclusive: exclusive ? 1 : 0 },
    }),
  argMax: ({ inputs: [x], attributes: { axis, keepDims } }, { graph, nameOf }) =>
    castTo("int32", graph.node("ArgMax", [nameOf(x!)], { attributes: { axis, keepdims: keepDims ? 1 : 0 } }), graph),
  broadcastTo: ({ inputs: [x], shape }, { graph, nameOf }) => graph.node("Expand", [nameOf(x!), graph.ints(shape)]),
  stopGradient: ({ inputs: [x] }, { nameOf }) => nameOf(x!),
  reshape: ({ inputs: [x], shape }, context) => reshaped(context.nameOf(x!), shape, context),
  transpose: ({ inputs: [x], attributes: { permutation } }, { graph, nameOf }) =>
    graph.node("Transpose", [nameOf(x!)], { attributes: { perm: permutation } }),
  slice: ({ inputs: [x], attributes: { starts }, shape }, { graph, nameOf }) => {
    const axes = shape.flatMap((size, axis) => (size === x!.shape[axis] ? [] : [axis]));
    return graph.node("Slice", [
      nameOf(x!),
      graph.ints(axes.map((axis) => starts[axis]!)),
      graph.ints(axes.map((axis) => starts[axis]! + shape[axis]!)),
      graph.ints(axes),
    ]);
  },
  pad: ({ inputs: [x], attributes: { before }, shape }, { graph, nameOf }) => {
    const after = shape.map((size, axis) => size - before[axis]! - x!.shape[axis]!);
    return graph.node("Pad", [nameOf(x!), graph.ints([...before, ...after])]);
  },
  concat: ({ inputs, attributes: { axis } }, { graph, nameOf }) =>
    graph.node("Concat", inputs.map(nameOf), { attributes: { axis } }),
  gather: lowerGather,
  scatterAdd: lowerScatterAdd,
  oneHot: ({ inputs: [labels], shape }, context) => {
    // Comparison with 0 … depth − 1: labels outside give a row of zeros, which OneHot would wrap around.
    const { graph } = context;
    const depth = shape[shape.length - 1]!;
    const classes = graph.ints(Array.from({ length: depth }, (_, i) => i));
    return castTo("float32", graph.node("Equal", [labelColumn(labels!, context), classes]), graph);
  },
  pick: ({ inputs: [x, labels] }, context) =>
    context.graph.node("GatherElements", [context.nameOf(x!), labelColumn(labels!, context)], {
      attributes: { axis: -1 },
    }),
  scan: lowerScan,
};

/** A condition of 0 and 1 as booleans; a comparison gives them by itself. */
function asBoolean(condition: Value, { graph, nameOf }: LoweringContext): string {
  if (condition.op === "greater") return graph.node("Greater", condition.inputs.map(nameOf));
  if (condition.op === "equal") return graph.node("Equal", condition.inputs.map(nameOf));
  return castTo("bool", nameOf(condition), graph);
}

/** Whether every element of a constant equals `x`. */
function isConstant(value: Value, x: number): boolean {
  return value.op === "constant" && value.attributes.data.every((element) => element === x);
}
