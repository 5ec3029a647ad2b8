/** Forms that span several primitives and have one fast ONNX operator. Each is a small rule with a name. */
import { type Node, type Shape, sameShape, sizeOf, type Value } from "../graph/value.ts";
import type { Fusion } from "./dialect.ts";
import { absOrLeakyRelu, clip, hardSigmoid, minimum } from "./elementwiseFusions.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { softmaxGradient, timesFactor } from "./softmaxGradient.ts";

/** a·b with a row or a matrix of its shape added: the third operand of Gemm. */
const gemmWithBias: Fusion = (value, { graph, nameOf, usedOnce }) => {
  if (value.op !== "add") return undefined;
  const [product, bias] = value.inputs as [Value, Value];
  if (product.op !== "matmul" || product.shape.length !== 2) return undefined;
  if (bias.shape.length !== 1 && !sameShape(bias.shape, product.shape)) return undefined;
  // A column [m×1] and a row [n] would stretch to [m×n], which Gemm does not.
  if (!sameShape(value.shape, product.shape) || !usedOnce(product)) return undefined;
  const { transposeA, transposeB } = product.attributes;
  return graph.node("Gemm", [...product.inputs, bias].map(nameOf), {
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  });
};

/** Whether `shape` holds one number per channel of an image batch: [1×C×1×1], [C×1×1], or one per column: [1×C], [C]. */
function isPerChannel(shape: Shape, of: Shape): boolean {
  const channels = of[1];
  if (channels === undefined || sizeOf(shape) !== channels) return false;
  const wanted = [channels, ...of.slice(2).map(() => 1)];
  return sameShape(shape, wanted) || sameShape(shape, [1, ...wanted]);
}

/** Whether `shape` holds one number for each index of the first of four axes: [n×1×1×1]. */
function isPerFirstAxis(shape: Shape, of: Shape): boolean {
  return of.length === 4 && sameShape(shape, [of[0]!, 1, 1, 1]);
}

/** Writes a convolution, with one number per filter added where given. */
export type LowerConvolution = (value: Node<"conv2d">, context: LoweringContext, bias?: string) => string;

/** A convolution with one number per filter added or subtracted: Conv's or Gemm's third operand. */
const convolutionWithBias =
  (lower: LowerConvolution): Fusion =>
  (value, context) => {
    if (value.op !== "add" && value.op !== "sub") return undefined;
    const [convolution, bias] = value.inputs as [Value, Value];
    if (convolution.op !== "conv2d") return undefined;
    const perFilter = convolution.attributes.batchLast ? isPerFirstAxis : isPerChannel;
    if (!perFilter(bias.shape, convolution.shape) || !context.usedOnce(convolution)) return undefined;
    const { graph, nameOf } = context;
    const flat = graph.node("Reshape", [nameOf(bias), graph.ints([sizeOf(bias.shape)])]);
    return lower(convolution, context, value.op === "add" ? flat : graph.node("Neg", [flat]));
  };

/** x·scale + shift with one scale and shift per channel: the inference form of BatchNormalization, one pass. */
const normalise: Fusion = (value, { graph, nameOf }) => {
  if (value.op !== "add") return undefined;
  const [product, shift] = value.inputs as [Value, Value];
  if (product.op !== "mul" || product.shape.length !== 4) return undefined;
  const [x, scale] = product.inputs as [Value, Value];
  const rule = [isPerChannel, isPerFirstAxis].find((is) => is(shift.shape, x.shape) && is(scale.shape, x.shape));
  if (rule === undefined || x.shape.length !== 4) return undefined;
  const channels = sizeOf(scale.shape);
  const flat = (of: Value): string => graph.node("Reshape", [nameOf(of), graph.ints([channels])]);
  const zeros = graph.floats(new Array(channels).fill(0), [channels]);
  const ones = graph.floats(new Array(channels).fill(1), [channels]);
  // With the batch last the channels come first: one image of as many channels.
  const images = rule === isPerChannel ? nameOf(x) : graph.node("Reshape", [nameOf(x), graph.ints([1, channels, -1])]);
  const y = graph.node("BatchNormalization", [images, flat(scale), flat(shift), zeros, ones], {
    attributes: { epsilon: { float: 0 } },
  });
  return rule === isPerChannel ? y : graph.node("Reshape", [y, graph.ints(x.shape)]);
};

/** The forms of the dialects for programs that run at once, in the order in which they are tried; `convolve` writes convolutions. */
export const fusionsWith = (convolve: LowerConvolution): readonly Fusion[] => [
  gemmWithBias,
  convolutionWithBias(convolve),
  softmaxGradient,
  timesFactor,
  normalise,
  absOrLeakyRelu,
  clip,
  minimum,
  hardSigmoid,
];
