/** Primitives that ONNX Runtime's WebGPU provider has no operator for, or one that is not exact enough, by others that it has. */
import { type Node, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import type { Sum } from "./windowElements.ts";

/** There is no Sum. */
export const sumOfTerms: Sum = (terms, { graph }) => terms.reduce((sum, term) => graph.node("Add", [sum, term]));

/** x − max − log Σ exp(x − max) along the last axis: the logarithm of Softmax would be −∞ below 1e-38. */
export function logSoftmax(value: Node<"logSoftmax">, { graph, nameOf }: LoweringContext): string {
  const [x] = value.inputs as [Value];
  const last = graph.ints([x.shape.length - 1]);
  const maximum = graph.node("ReduceMax", [nameOf(x), last], { attributes: { keepdims: 1 } });
  const below = graph.node("Sub", [nameOf(x), maximum]);
  const total = graph.node("ReduceSum", [graph.node("Exp", [below]), last], { attributes: { keepdims: 1 } });
  return graph.node("Sub", [below, graph.node("Log", [total])]);
}

/** From 2²³ on float32 has no fractions; below it adding 2²³ rounds to the nearest integer, halves to even. */
export function round(value: Node<"round">, { graph, nameOf }: LoweringContext): string {
  const x = nameOf(value.inputs[0]!);
  const [size, unit] = [graph.node("Abs", [x]), graph.floats([2 ** 23], [])];
  const nearest = graph.node("Sub", [graph.node("Add", [size, unit]), unit]);
  const rounded = graph.node("Where", [graph.node("Less", [size, unit]), nearest, size]);
  const isNegative = graph.node("Less", [x, graph.floats([0], [])]);
  return graph.node("Where", [isNegative, graph.node("Neg", [rounded]), rounded]);
}

/** Matrices with their last two axes exchanged where `isTransposed`. */
function operand(x: Value, isTransposed: boolean, { graph, nameOf }: LoweringContext): string {
  if (!isTransposed) return nameOf(x);
  const axes = x.shape.map((_, axis) => axis);
  return graph.node("Transpose", [nameOf(x)], {
    attributes: { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] },
  });
}

/** Gemm of matrices, MatMul of batches of them. */
export function product(value: Node<"matmul">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [a, b] = value.inputs as [Value, Value];
  const { transposeA, transposeB } = value.attributes;
  if (a.shape.length === 2 && b.shape.length === 2) {
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    return graph.node("Gemm", [nameOf(a), nameOf(b)], { attributes });
  }
  return graph.node("MatMul", [operand(a, transposeA, context), operand(b, transposeB, context)]);
}

/** n − max (n − i)·[x_i is the maximum]: the first of equal maxima. Exact for axes of up to 2²⁴ elements. */
export function argMax(value: Node<"argMax">, { graph, nameOf }: LoweringContext): string {
  const [x] = value.inputs as [Value];
  const { axis, keepDims } = value.attributes;
  const count = x.shape[axis]!;
  const maximum = graph.node("ReduceMax", [nameOf(x), graph.ints([axis])], { attributes: { keepdims: 1 } });
  const isMaximum = castTo("float32", graph.node("Equal", [nameOf(x), maximum]), graph);
  const shape = x.shape.map((size, i) => (i === axis ? size : 1));
  const fromEnd = graph.floats(
    Array.from({ length: count }, (_, i) => count - i),
    shape,
  );
  const first = graph.node("ReduceMax", [graph.node("Mul", [isMaximum, fromEnd]), graph.ints([axis])], {
    attributes: { keepdims: keepDims ? 1 : 0 },
  });
  return castTo("int32", graph.node("Sub", [graph.floats([count], []), first]), graph);
}

/** Where a label […] is the class 0 … depth − 1 along a new last axis, as booleans; labels outside are nowhere. */
function isClass(labels: Value, depth: number, { graph, nameOf }: LoweringContext): string {
  const column = graph.node("Reshape", [nameOf(labels), graph.ints([...labels.shape, 1])]);
  const classes = Array.from({ length: depth }, (_, i) => i);
  return graph.node("Equal", [column, graph.int32s(classes, [depth])]);
}

export function oneHot(value: Node<"oneHot">, context: LoweringContext): string {
  return castTo("float32", isClass(value.inputs[0]!, value.shape.at(-1)!, context), context.graph);
}

/** `x`, or NaN where `isKnown`, of booleans, is false: a device throws no error. */
function orNaN(isKnown: string, x: string, { graph }: LoweringContext): string {
  return graph.node("Where", [isKnown, x, graph.floats([Number.NaN], [])]);
}

/** Labels outside give NaN. */
export function pick(value: Node<"pick">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [x, labels] = value.inputs as [Value, Value];
  const chosen = isClass(labels, x.shape.at(-1)!, context);
  const overClasses = (of: string): string =>
    graph.node("ReduceSum", [of, graph.ints([x.shape.length - 1])], { attributes: { keepdims: 1 } });
  const element = overClasses(graph.node("Where", [chosen, nameOf(x), graph.floats([0], [])]));
  const count = overClasses(castTo("float32", chosen, graph));
  return orNaN(graph.node("Greater", [count, graph.floats([0], [])]), element, context);
}

/** Indices as int32, which the device has. */
function positions(indices: Value, { graph, nameOf }: LoweringContext): string {
  return indices.op === "constant" ? graph.int32s(indices.attributes.data, indices.shape) : nameOf(indices);
}

/** Indices outside give NaN. */
export function gather(value: Node<"gather">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [x, indices] = value.inputs as [Value, Value];
  const { axis } = value.attributes;
  const slices = graph.node("Gather", [nameOf(x), positions(indices, context)], { attributes: { axis } });
  if (indices.op === "constant") return slices;
  const number = castTo("float32", nameOf(indices), graph);
  const last = x.shape[axis]! - 1;
  const inside = graph.node("Clip", [number, graph.floats([0], []), graph.floats([last], [])]);
  const shape = [...indices.shape, ...x.shape.slice(axis + 1).map(() => 1)];
  const isKnown = graph.node("Reshape", [graph.node("Equal", [number, inside]), graph.ints(shape)]);
  return orNaN(isKnown, slices, context);
}

/** Over arrays seen as [outer × n × inner]. */
export function scatterAdd(value: Node<"scatterAdd">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [y, indices] = value.inputs as [Value, Value];
  const { axis } = value.attributes;
  const size = (shape: Shape): number => sizeOf(shape);
  const [outer, inner] = [size(value.shape.slice(0, axis)), size(value.shape.slice(axis + 1))];
  const count = size(indices.shape);
  const zeros = graph.node("Expand", [graph.floats([0], [1]), graph.ints([outer, value.shape[axis]!, inner])]);
  const column = graph.node("Reshape", [positions(indices, context), graph.ints([1, count, 1])]);
  const everywhere = graph.node("Expand", [column, graph.ints([outer, count, inner])]);
  const slices = graph.node("Reshape", [nameOf(y), graph.ints([outer, count, inner])]);
  const sums = graph.node("ScatterElements", [zeros, everywhere, slices], {
    attributes: { axis: 1, reduction: "add" },
  });
  return graph.node("Reshape", [sums, graph.ints(value.shape)]);
}
