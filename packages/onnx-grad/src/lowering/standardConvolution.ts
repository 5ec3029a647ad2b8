/** Convolutions, transposed ones too, of images and sequences, with their biases, as one standard operator each. */
import type { ConvolutionWindow, Node, Value } from "../graph/value.ts";
import type { OnnxAttribute } from "../onnx/encodeParts.ts";
import { extent } from "../ops/window.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { isPerChannel, vectorOf } from "./standardForms.ts";

/** A convolution with what stands around it. */
interface Parts {
  readonly convolution: Node<"conv2d"> | Node<"conv2dInputGradient">;
  /** Whether sequences were made images of one row for it. */
  readonly inOneRow: boolean;
  readonly bias?: Value;
}

/** The convolution at `value`: without or with a bias, under the shape of sequences before or after that. */
function partsOf(value: Value, { usedOnce }: LoweringContext): Parts | undefined {
  let current = value;
  let inOneRow = false;
  let bias: Value | undefined;
  const within = (): boolean => usedOnce(current.inputs[0]!);
  const sequences = (): boolean => current.op === "reshape" && current.shape.length === 3 && within();
  if (sequences()) {
    inOneRow = true;
    current = current.inputs[0]!;
  }
  if (current.op === "add" && isPerChannel(current.inputs[1]!.shape, current.shape) && within()) {
    bias = vectorOf(current.inputs[1]!, current.shape[1]!);
    if (bias === undefined) return undefined;
    current = current.inputs[0]!;
  }
  if (!inOneRow && sequences()) {
    inOneRow = true;
    current = current.inputs[0]!;
  }
  if (current.op !== "conv2d" && current.op !== "conv2dInputGradient") return undefined;
  return { convolution: current, inOneRow, ...(bias === undefined ? {} : { bias }) };
}

/** The sequence [b×c×l] that `x` [b×c×1×l] was made from. */
function sequenceOf(x: Value): Value | undefined {
  const from = x.op === "reshape" ? x.inputs[0]! : undefined;
  return from?.shape.length === 3 && x.shape[2] === 1 && x.shape[0] === from.shape[0] && x.shape[1] === from.shape[1]
    ? from
    : undefined;
}

/** Rows and columns, or columns alone of one row. */
function attributesOf(w: Value, window: ConvolutionWindow, inOneRow: boolean): Record<string, OnnxAttribute> {
  const { stride, padding, dilation, groups } = window;
  const axes = <T>(list: readonly T[]): T[] => (inOneRow ? list.filter((_, i) => i % 2 === 1) : [...list]);
  return {
    kernel_shape: axes(w.shape.slice(2)),
    strides: axes(stride),
    pads: axes(padding),
    ...(dilation.every((n) => n === 1) ? {} : { dilations: axes(dilation) }),
    ...(groups === 1 ? {} : { group: groups }),
  };
}

/** Rows and columns of the input gradient that no window reaches at the end. */
function outputPadding({ inputs: [dy, w], attributes, shape }: Node<"conv2dInputGradient">): [number, number] {
  const { stride, padding } = attributes;
  const kernel = w!.shape.slice(2);
  return ([0, 1] as const).map((axis) => {
    const reached = (dy!.shape[2 + axis]! - 1) * stride[axis] + extent(kernel, attributes, axis);
    return shape[2 + axis]! + padding[axis] + padding[axis + 2]! - reached;
  }) as [number, number];
}

/** Conv or ConvTranspose, or undefined where `value` is no convolution that they can compute. */
export function standardConvolution(value: Value, context: LoweringContext): string | undefined {
  const parts = partsOf(value, context);
  if (parts === undefined) return undefined;
  const { convolution, inOneRow, bias } = parts;
  const [x, w] = convolution.inputs as [Value, Value];
  const operands = inOneRow ? [sequenceOf(x), sequenceOf(w)] : [x, w];
  if (convolution.attributes.batchLast || operands.includes(undefined)) return undefined;
  const names = [...(operands as Value[]), ...(bias === undefined ? [] : [bias])].map(context.nameOf);
  const attributes = attributesOf(w, convolution.attributes, inOneRow);
  if (convolution.op === "conv2d") return context.graph.node("Conv", names, { attributes });
  const rest = outputPadding(convolution);
  if (rest.some((n, axis) => n < 0 || n >= convolution.attributes.stride[axis as 0 | 1])) return undefined;
  const more = rest.some((n) => n > 0) ? { output_padding: inOneRow ? rest.slice(1) : rest } : {};
  return context.graph.node("ConvTranspose", names, { attributes: { ...attributes, ...more } });
}
