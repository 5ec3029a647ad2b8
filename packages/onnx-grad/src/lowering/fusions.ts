/** Forms that span several primitives and have one fast ONNX operator. Each is a small rule with a name. */
import type { Value } from "../graph/value.ts";
import { lowerConvolution } from "./convolutionLowerings.ts";
import type { Lowering } from "./lowering.ts";
import { isPerChannel } from "./lowerings.ts";

type Fusion = (value: Value, context: Lowering) => string | undefined;

/** a·b with b of the last axis' shape added: the third operand of Gemm. */
const gemmWithBias: Fusion = (value, { graph, nameOf }) => {
  if (value.op !== "add") return undefined;
  const [product, bias] = value.inputs as [Value, Value];
  if (product.op !== "matmul" || product.shape.length !== 2 || bias.shape.length !== 1) return undefined;
  const { transposeA, transposeB } = product.attributes;
  return graph.node("Gemm", [...product.inputs, bias].map(nameOf), {
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  });
};

/** A convolution with one number per filter added: Conv's third operand. */
const convolutionWithBias: Fusion = (value, context) => {
  if (value.op !== "add") return undefined;
  const [convolution, bias] = value.inputs as [Value, Value];
  if (convolution.op !== "conv2d" || !isPerChannel(bias.shape, convolution.shape)) return undefined;
  const { graph, nameOf } = context;
  const flat = graph.node("Reshape", [nameOf(bias), graph.ints([convolution.shape[1]!])]);
  return lowerConvolution(convolution, context, flat);
};

/** x·scale + shift with one scale and shift per channel: the inference form of BatchNormalization, one pass. */
const normalise: Fusion = (value, { graph, nameOf }) => {
  if (value.op !== "add") return undefined;
  const [product, shift] = value.inputs as [Value, Value];
  if (product.op !== "mul" || product.shape.length !== 4 || !isPerChannel(shift.shape, product.shape)) return undefined;
  const [x, scale] = product.inputs as [Value, Value];
  if (x.shape.length !== 4 || !isPerChannel(scale.shape, x.shape)) return undefined;
  const channels = x.shape[1]!;
  const flat = (of: Value): string => graph.node("Reshape", [nameOf(of), graph.ints([channels])]);
  const zeros = graph.floats(new Array(channels).fill(0), [channels]);
  const ones = graph.floats(new Array(channels).fill(1), [channels]);
  return graph.node("BatchNormalization", [nameOf(x), flat(scale), flat(shift), zeros, ones], {
    attributes: { epsilon: { float: 0 } },
  });
};

const rules: readonly Fusion[] = [gemmWithBias, convolutionWithBias, normalise];

/** The tensor of the first fusion that matches, or undefined. */
export function fusions(value: Value, context: Lowering): string | undefined {
  for (const rule of rules) {
    const name = rule(value, context);
    if (name !== undefined) return name;
  }
  return undefined;
}
