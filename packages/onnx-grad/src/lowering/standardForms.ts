/** Compositions that are one standard operator: constants, products, means, softmax. */
import { type Node, type Shape, sameShape, sizeOf, type Value } from "../graph/value.ts";
import { evaluate } from "../interpreter/evaluate.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { Fusion } from "./dialect.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** Constants of more elements are computed when the model runs: 4 MB. */
const largestConstant = 2 ** 20;

const constants = new WeakMap<Value, boolean>();

/** Whether `value`, whose inputs have been asked about before, depends on constants only. */
export function isConstant(value: Value): boolean {
  const known = constants.get(value);
  if (known !== undefined) return known;
  const is = value.op !== "input" && sizeOf(value.shape) <= largestConstant && value.inputs.every(isConstant);
  constants.set(value, is);
  return is;
}

/** What depends on constants only is computed here, in float64. */
export const foldedConstant: Fusion = (value, { graph }) => {
  if (value.op === "constant" || !isConstant(value)) return undefined;
  const data = evaluate([value], {})[0]!;
  return value.dtype === "int32" ? graph.ints([...data], value.shape) : graph.floats(data, value.shape);
};

/** The vector of `size` elements that `value` is, perhaps under another shape. */
export function vectorOf(value: Value, size: number): Value | undefined {
  if (sameShape(value.shape, [size])) return value;
  return value.op === "reshape" ? vectorOf(value.inputs[0]!, size) : undefined;
}

/** Whether `shape` holds one number per channel, the second of the axes of `of`. */
export function isPerChannel(shape: Shape, of: Shape): boolean {
  const wanted = of.map((size, axis) => (axis === 1 ? size : 1));
  const whole = [...new Array(Math.max(of.length - shape.length, 0)).fill(1), ...shape];
  return of.length > 1 && sameShape(whole, wanted);
}

/** a·b of matrices and a row added to each of its rows. */
function withRow(value: Value, { usedOnce }: LoweringContext): { product: Node<"matmul">; bias?: Value } | undefined {
  if (value.op === "matmul") return { product: value };
  if (value.op !== "add") return undefined;
  const [product, bias] = value.inputs as [Value, Value];
  const fits = product.op === "matmul" && sameShape(bias.shape, product.shape.slice(-1)) && usedOnce(product);
  return fits && product.shape.length === 2 ? { product, bias } : undefined;
}

/** a·b + row as Gemm; all rows of more axes taken as one matrix and shaped back as MatMul. */
export const matrixProduct: Fusion = (value, context) => {
  const { graph, nameOf, usedOnce } = context;
  if (value.op === "add") {
    const found = withRow(value, context);
    if (found === undefined) return undefined;
    const { transposeA, transposeB } = found.product.attributes;
    return graph.node("Gemm", [...found.product.inputs, found.bias!].map(nameOf), {
      attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
    });
  }
  if (value.op !== "reshape" || !usedOnce(value.inputs[0]!)) return undefined;
  const found = withRow(value.inputs[0]!, context);
  const [rows, b] = found?.product.inputs ?? [];
  if (found === undefined || rows!.op !== "reshape" || found.product.attributes.transposeA) return undefined;
  const x = rows!.inputs[0]!;
  const isRows = x.shape.length > 2 && x.shape.at(-1) === rows!.shape[1] && b!.shape.length === 2;
  if (!isRows || !sameShape(value.shape, [...x.shape.slice(0, -1), found.product.shape[1]!])) return undefined;
  const factor = found.product.attributes.transposeB
    ? graph.node("Transpose", [nameOf(b!)], { attributes: { perm: [1, 0] } })
    : nameOf(b!);
  const y = graph.node("MatMul", [nameOf(x), factor]);
  return found.bias === undefined ? y : graph.node("Add", [y, nameOf(found.bias)]);
};

/** What `value` is the mean of, and over which axes. */
export function meanOf(
  value: Value,
): { readonly x: Value; readonly axes: readonly number[]; readonly keepDims: boolean } | undefined {
  if (value.op !== "mul") return undefined;
  const [sum, factor] = value.inputs as [Value, Value];
  if (sum.op !== "reduceSum" || factor.shape.length > 0) return undefined;
  const x = sum.inputs[0]!;
  return uniform(factor) === sizeOf(sum.shape) / sizeOf(x.shape) ? { x, ...sum.attributes } : undefined;
}

/** Of all axes after batch and channels GlobalAveragePool, else ReduceMean. */
export const mean: Fusion = (value, { graph, nameOf }) => {
  const found = meanOf(value);
  if (found === undefined) return undefined;
  const { x, axes, keepDims } = found;
  const images = x.shape.flatMap((_, axis) => (axis > 1 ? [axis] : []));
  if (keepDims && images.length > 0 && sameShape(axes, images)) return graph.node("GlobalAveragePool", [nameOf(x)]);
  return graph.node("ReduceMean", [nameOf(x)], { attributes: { axes, keepdims: keepDims ? 1 : 0 } });
};

/** Softmax over another axis than the last. */
export const softmaxOverAxis: Fusion = (value, { graph, nameOf }) => {
  if (value.op !== "transpose") return undefined;
  const inner = value.inputs[0]!;
  if (inner.op !== "softmax" && inner.op !== "logSoftmax") return undefined;
  const from = inner.inputs[0]!;
  const { permutation } = value.attributes;
  const last = permutation.length - 1;
  const axis = permutation[last]!;
  const exchanges = permutation.every((to, i) => to === (i === axis ? last : i === last ? axis : i));
  if (!exchanges || from.op !== "transpose" || !sameShape(from.attributes.permutation, permutation)) return undefined;
  return graph.node(inner.op === "softmax" ? "Softmax" : "LogSoftmax", [nameOf(from.inputs[0]!)], {
    attributes: { axis },
  });
};
