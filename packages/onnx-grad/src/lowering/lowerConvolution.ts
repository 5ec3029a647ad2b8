/** Convolution and its input gradient in the forms that ONNX Runtime runs fastest. */
import type { Node } from "../graph/value.ts";
import type { OnnxGraph } from "../onnx/onnxGraph.ts";
import { extent } from "../ops/window.ts";
import { type ConvolutionSizes, columnsSize, convolutionSizes, suitsWinograd } from "./convolutionSizes.ts";
import { convolveByColumns, inputGradientByColumns } from "./imageColumns.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { windowAttributes } from "./windowAttributes.ts";
import { convolveByWinograd, inputGradientByWinograd } from "./winograd.ts";

/** y = conv(x, w), plus `bias` [o] where given. */
export function lowerConvolution(value: Node<"conv2d">, context: LoweringContext, bias?: string): string {
  const [x, w] = value.inputs;
  const sizes = convolutionSizes(x!.shape, w!.shape, value.shape, value.attributes);
  const operands = [context.nameOf(x!), context.nameOf(w!), ...(bias === undefined ? [] : [bias])];
  if (value.attributes.batchLast) {
    return suitsWinograd(sizes)
      ? convolveByWinograd(operands, sizes, context)
      : convolveByColumns(operands, sizes, context);
  }
  return context.graph.node("Conv", operands, { attributes: windowAttributes(w!.shape, value.attributes) });
}

/** Above this many elements of the windows' gradient ConvTranspose and two transpositions are faster. */
const largestScatter = 2 ** 22;

/** dx with the batch last: by Winograd's form, the adjoint of the columns, or with the batch first and back. */
function inputGradientBatchLast(value: Node<"conv2dInputGradient">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [dy, w] = value.inputs;
  const sizes = convolutionSizes(value.shape, w!.shape, dy!.shape, value.attributes);
  if (suitsWinograd(sizes)) return inputGradientByWinograd(nameOf(dy!), nameOf(w!), sizes, context);
  if (columnsSize(sizes) <= largestScatter) return inputGradientByColumns(nameOf(dy!), nameOf(w!), sizes, context);
  const first = graph.node("Transpose", [nameOf(dy!)], { attributes: { perm: [3, 0, 1, 2] } });
  const dx = inputGradientBatchFirst(first, nameOf(w!), sizes, context);
  return graph.node("Transpose", [dx], { attributes: { perm: [1, 2, 3, 0] } });
}

export function lowerInputGradient(value: Node<"conv2dInputGradient">, context: LoweringContext): string {
  if (value.attributes.batchLast) return inputGradientBatchLast(value, context);
  const [dy, w] = value.inputs;
  const sizes = convolutionSizes(value.shape, w!.shape, dy!.shape, value.attributes);
  return inputGradientBatchFirst(context.nameOf(dy!), context.nameOf(w!), sizes, context);
}

/**
 * dx = conv(dy padded by (k − 1)·d − p, kernels turned round and with input and output channels exchanged).
 *
 * With a stride the gradient is dilated, which is what ConvTranspose does.
 */
export function inputGradientBatchFirst(
  dy: string,
  w: string,
  s: ConvolutionSizes,
  { graph }: LoweringContext,
): string {
  const { height, width, rows, columns, kernelRows: kh, kernelColumns: kw } = s;
  const { stride, padding, groups } = s.window;
  const [top, left, bottom, right] = padding;
  const reach = [extent([kh, kw], s.window, 0), extent([kh, kw], s.window, 1)] as const;
  // Input rows and columns that no window reaches at the end have gradient zero.
  const restRows = height + top + bottom - ((rows - 1) * stride[0] + reach[0]);
  const restColumns = width + left + right - ((columns - 1) * stride[1] + reach[1]);
  const attributes = windowAttributes([s.filters, s.channels / groups, kh, kw], s.window);
  if (stride[0] > 1 || stride[1] > 1) {
    return graph.node("ConvTranspose", [dy, w], {
      attributes: { ...attributes, output_padding: [restRows, restColumns] },
    });
  }
  const flipped = graph.node("Slice", [
    exchangedKernels(w, s, graph),
    graph.ints([-1, -1]),
    graph.ints([-(2 ** 31), -(2 ** 31)]),
    graph.ints([2, 3]),
    graph.ints([-1, -1]),
  ]);
  const pads = [
    reach[0] - 1 - top,
    reach[1] - 1 - left,
    reach[0] - 1 - bottom + restRows,
    reach[1] - 1 - right + restColumns,
  ];
  // Conv takes no negative padding: rows beyond it are cut off the gradient first.
  const cut = pads.map((size) => Math.max(-size, 0));
  const trimmed = cut.every((size) => size === 0)
    ? dy
    : graph.node("Slice", [
        dy,
        graph.ints([cut[0]!, cut[1]!]),
        graph.ints([rows - cut[2]!, columns - cut[3]!]),
        graph.ints([2, 3]),
      ]);
  return graph.node("Conv", [trimmed, flipped], {
    attributes: { ...attributes, pads: pads.map((size) => Math.max(size, 0)) },
  });
}

/** Kernels [o×c/groups×kh×kw] with input and output channels exchanged in each group: [c×o/groups×kh×kw]. */
function exchangedKernels(w: string, s: ConvolutionSizes, graph: OnnxGraph): string {
  const { groups } = s.window;
  const kernel = [s.kernelRows, s.kernelColumns];
  if (groups === 1) return graph.node("Transpose", [w], { attributes: { perm: [1, 0, 2, 3] } });
  const [filters, channels] = [s.filters / groups, s.channels / groups];
  // One of each: there is nothing to exchange.
  if (filters === 1 && channels === 1) return w;
  const byGroup = graph.node("Reshape", [w, graph.ints([groups, filters, channels, ...kernel])]);
  const exchanged = graph.node("Transpose", [byGroup], { attributes: { perm: [0, 2, 1, 3, 4] } });
  return graph.node("Reshape", [exchanged, graph.ints([s.channels, filters, ...kernel])]);
}
