/** Convolution and its derivatives in the forms that a graphics processor runs fast: the batch first, few and large nodes. */
import type { ConvolutionWindow, Node, Value } from "../graph/value.ts";
import { type ConvolutionSizes, columnsSize, convolutionSizes } from "./convolutionSizes.ts";
import { inputGradientBatchFirst } from "./lowerConvolution.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { fewWindowElements, unitKernels, windowElements } from "./lowerWeightGradient.ts";
import { windowAttributes } from "./windowAttributes.ts";
import { offsetsOf } from "./windowElements.ts";

/** The images `x` with the batch first. */
function batchFirst(x: Value, { batchLast }: ConvolutionWindow, { graph, nameOf }: LoweringContext): string {
  return batchLast ? graph.node("Transpose", [nameOf(x)], { attributes: { perm: [3, 0, 1, 2] } }) : nameOf(x);
}

/** Images with the batch first in the layout of `window`. */
function laidOut(x: string, { batchLast }: ConvolutionWindow, { graph }: LoweringContext): string {
  return batchLast ? graph.node("Transpose", [x], { attributes: { perm: [1, 2, 3, 0] } }) : x;
}

/** y = conv(x, w), plus `bias` [o] where given. */
export function convolve(value: Node<"conv2d">, context: LoweringContext, bias?: string): string {
  const [x, w] = value.inputs as [Value, Value];
  const window = value.attributes;
  const operands = [batchFirst(x, window, context), context.nameOf(w), ...(bias === undefined ? [] : [bias])];
  const y = context.graph.node("Conv", operands, { attributes: windowAttributes(w.shape, window) });
  return laidOut(y, window, context);
}

export function inputGradient(value: Node<"conv2dInputGradient">, context: LoweringContext): string {
  const [dy, w] = value.inputs as [Value, Value];
  const window = value.attributes;
  const sizes = convolutionSizes(value.shape, w.shape, dy.shape, window);
  return laidOut(
    inputGradientBatchFirst(batchFirst(dy, window, context), context.nameOf(w), sizes, context),
    window,
    context,
  );
}

/** What decides between the forms of a weight gradient. */
export interface WeightGradientSizes {
  /**
   * Terms that each matrix product adds up at least. Images are taken together until their positions are as many: more terms make
   * fewer partial results to be written and added, fewer terms more of them at once.
   */
  readonly fewestTerms: number;
  /** Elements of the largest matrix of windows that is built; beyond it one product per element of the window reads dy as often. */
  readonly largestColumns: number;
}

/** Matrices of windows up to 256 MB. */
const weightGradientSizes: WeightGradientSizes = { fewestTerms: 2 ** 9, largestColumns: 2 ** 26 };

/**
 * dw[o,u,v,c] = Σ_n Σ_p dy[n,o,p] · x_uv[n,p,c] with n images at a time in p and one batched product of all n, where x_uv are the
 * elements (u, v) of the windows, channels last: side by side as one operand, or a product of each.
 */
export function weightGradient(
  value: Node<"conv2dWeightGradient">,
  context: LoweringContext,
  { fewestTerms, largestColumns }: WeightGradientSizes = weightGradientSizes,
): string {
  const { graph } = context;
  const [x, dy] = value.inputs as [Value, Value];
  const s = convolutionSizes(x.shape, value.shape, dy.shape, value.attributes);
  const together = imagesTogether(s, fewestTerms);
  const images = batchFirst(x, value.attributes, context);
  const slopes = slopesOf(batchFirst(dy, value.attributes, context), s, together, context);
  const product = (columns: string): string => graph.node("MatMul", [slopes, columns]);
  const products =
    columnsSize(s) <= largestColumns
      ? product(columnsOf(images, s, together, context))
      : sideBySide(windowsOf(images, s, together, context).map(product), s, context);
  const sum = graph.node("ReduceSum", [products, graph.ints([0])], { attributes: { keepdims: 0 } });
  const channelsLast = graph.node("Reshape", [
    sum,
    graph.ints([s.filters, s.kernelRows, s.kernelColumns, s.channels / s.window.groups]),
  ]);
  return graph.node("Transpose", [channelsLast], { attributes: { perm: [0, 3, 1, 2] } });
}

/** How many images are one matrix: the fewest that divide the batch and have `fewestTerms` positions. */
function imagesTogether({ batch, rows, columns }: ConvolutionSizes, fewestTerms: number): number {
  for (let count = 1; count < batch; count++) {
    if (batch % count === 0 && count * rows * columns >= fewestTerms) return count;
  }
  return batch;
}

/** Matrices of `rows`×`columns` for each part of the batch and, where there are several, each group. */
const matrices = (s: ConvolutionSizes, together: number, rows: number, columns: number): number[] => [
  s.batch / together,
  ...(s.window.groups === 1 ? [] : [s.window.groups]),
  rows,
  columns,
];

/** dy [b×o×h'×w'] as matrices [o × positions]. */
function slopesOf(dy: string, s: ConvolutionSizes, together: number, { graph }: LoweringContext): string {
  const positions = s.rows * s.columns;
  const { groups } = s.window;
  const byImage = graph.node("Reshape", [
    dy,
    graph.ints([s.batch / together, together, groups, s.filters / groups, positions]),
  ]);
  const byFilter = graph.node("Transpose", [byImage], { attributes: { perm: [0, 2, 3, 1, 4] } });
  return graph.node("Reshape", [byFilter, graph.ints(matrices(s, together, s.filters / groups, together * positions))]);
}

/** The elements of the windows of x [b×c×h×w], row by row, as matrices [positions × c]. */
function windowsOf(x: string, s: ConvolutionSizes, together: number, { graph }: LoweringContext): string[] {
  const { groups, stride, dilation, padding } = s.window;
  const [top, left, bottom, right] = padding;
  const channelsLast = graph.node("Transpose", [x], { attributes: { perm: [0, 2, 3, 1] } });
  const padded = padding.every((n) => n === 0)
    ? channelsLast
    : graph.node("Pad", [channelsLast, graph.ints([0, top, left, 0, 0, bottom, right, 0])]);
  const positions = together * s.rows * s.columns;
  return offsetsOf([s.kernelRows, s.kernelColumns]).map(([u, v]) => {
    const start = [u * dilation[0], v * dilation[1]] as const;
    const end = [start[0] + (s.rows - 1) * stride[0] + 1, start[1] + (s.columns - 1) * stride[1] + 1];
    const element = graph.node("Slice", [padded, ...[start, end, [1, 2], stride].map((list) => graph.ints(list))]);
    if (groups === 1) return graph.node("Reshape", [element, graph.ints(matrices(s, together, positions, s.channels))]);
    const byGroup = graph.node("Reshape", [
      element,
      graph.ints([s.batch / together, positions, groups, s.channels / groups]),
    ]);
    return graph.node("Transpose", [byGroup], { attributes: { perm: [0, 2, 1, 3] } });
  });
}

/** All elements of the windows side by side: of small windows made by a convolution with the identity, one node. */
function columnsOf(x: string, s: ConvolutionSizes, together: number, context: LoweringContext): string {
  const { graph } = context;
  const depth = windowElements(s);
  if (s.window.groups > 1 || s.channels > 1 || depth > fewWindowElements)
    return sideBySide(windowsOf(x, s, together, context), s, context);
  const kernel = [depth, 1, s.kernelRows, s.kernelColumns];
  const windows = graph.node("Conv", [x, graph.floats(unitKernels(1, depth), kernel)], {
    attributes: windowAttributes(kernel, s.window),
  });
  const channelsLast = graph.node("Transpose", [windows], { attributes: { perm: [0, 2, 3, 1] } });
  return graph.node("Reshape", [channelsLast, graph.ints(matrices(s, together, together * s.rows * s.columns, depth))]);
}

function sideBySide(parts: readonly string[], s: ConvolutionSizes, { graph }: LoweringContext): string {
  if (parts.length === 1) return parts[0]!;
  return graph.node("Concat", parts, { attributes: { axis: s.window.groups === 1 ? 2 : 3 } });
}
