/** Convolution and its derivatives in the forms that a graphics processor runs fast: the batch first, few and large nodes. */
import type { ConvolutionWindow, Node, Value } from "../graph/value.ts";
import { type ConvolutionSizes, columnsSize, convolutionSizes } from "./convolutionSizes.ts";
import { inputGradientBatchFirst } from "./lowerConvolution.ts";
import type { LoweringContext } from "./loweringContext.ts";
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

/** What decides how a weight gradient is split. */
export interface WeightGradientSizes {
  /**
   * Terms that each matrix product adds up at least. Images are taken together until their positions are as many: more terms make
   * fewer partial results to be written and added, fewer terms more of them at once.
   */
  readonly fewestTerms: number;
  /** Elements of the largest matrix of windows: of larger ones some elements of the window at a time. */
  readonly largestColumns: number;
}

/** Matrices of windows up to 256 MB. */
const weightGradientSizes: WeightGradientSizes = { fewestTerms: 2 ** 9, largestColumns: 2 ** 26 };

/**
 * dw[o,u,v,c] = Σ_n Σ_p dy[n,o,p] · columns[n,p,uvc] with some images at a time in p and one batched product over all n; the
 * columns of x are its windows with the channels last, gathered as rows of c numbers.
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
  const pixels = pixelsOf(batchFirst(x, value.attributes, context), s, context);
  const slopes = slopesOf(batchFirst(dy, value.attributes, context), s, together, context);
  const offsets = offsetsOf([s.kernelRows, s.kernelColumns]);
  const each = Math.ceil(offsets.length / Math.ceil(columnsSize(s) / largestColumns));
  const products: string[] = [];
  for (let first = 0; first < offsets.length; first += each) {
    const columns = columnsOf(pixels, offsets.slice(first, first + each), s, together, context);
    products.push(graph.node("MatMul", [slopes, columns]));
  }
  const all =
    products.length === 1
      ? products[0]!
      : graph.node("Concat", products, { attributes: { axis: s.window.groups === 1 ? 2 : 3 } });
  const sum = graph.node("ReduceSum", [all, graph.ints([0])], { attributes: { keepdims: 0 } });
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

/** dy [b×o×h'×w'] as matrices [o × positions] of as many images `together`, of each group by itself where there are several. */
function slopesOf(dy: string, s: ConvolutionSizes, together: number, { graph }: LoweringContext): string {
  const positions = s.rows * s.columns;
  const [parts, filters] = [s.batch / together, s.filters / s.window.groups];
  const groups = s.window.groups === 1 ? [] : [s.window.groups];
  const shape = graph.ints([parts, ...groups, filters, together * positions]);
  if (together === 1) return graph.node("Reshape", [dy, shape]);
  const byImage = graph.node("Reshape", [dy, graph.ints([parts, together, s.filters, positions])]);
  return graph.node("Reshape", [graph.node("Transpose", [byImage], { attributes: { perm: [0, 2, 1, 3] } }), shape]);
}

/** x [b×c×h×w] with zeros around it as rows of channels [b × pixels × c]. */
function pixelsOf(x: string, s: ConvolutionSizes, { graph }: LoweringContext): string {
  const [top, left, bottom, right] = s.window.padding;
  const channelsLast = graph.node("Transpose", [x], { attributes: { perm: [0, 2, 3, 1] } });
  const padded = s.window.padding.every((n) => n === 0)
    ? channelsLast
    : graph.node("Pad", [channelsLast, graph.ints([0, top, left, 0, 0, bottom, right, 0])]);
  const pixels = (top + s.height + bottom) * (left + s.width + right);
  return graph.node("Reshape", [padded, graph.ints([s.batch, pixels, s.channels])]);
}

/** The elements `offsets` of the windows as matrices [positions × offsets·c]. */
function columnsOf(
  pixels: string,
  offsets: readonly (readonly [number, number])[],
  s: ConvolutionSizes,
  together: number,
  { graph }: LoweringContext,
): string {
  const { groups, stride, dilation, padding } = s.window;
  const width = padding[1] + s.width + padding[3];
  const source: number[] = [];
  for (let i = 0; i < s.rows; i++)
    for (let j = 0; j < s.columns; j++)
      for (const [u, v] of offsets)
        source.push((i * stride[0] + u * dilation[0]) * width + j * stride[1] + v * dilation[1]);
  const gathered = graph.node("Gather", [pixels, graph.int32s(source, [source.length])], { attributes: { axis: 1 } });
  const [parts, positions] = [s.batch / together, together * s.rows * s.columns];
  if (groups === 1) {
    return graph.node("Reshape", [gathered, graph.ints([parts, positions, offsets.length * s.channels])]);
  }
  const channels = s.channels / groups;
  const split = graph.node("Reshape", [gathered, graph.ints([parts, positions, offsets.length, groups, channels])]);
  const byGroup = graph.node("Transpose", [split], { attributes: { perm: [0, 3, 1, 2, 4] } });
  return graph.node("Reshape", [byGroup, graph.ints([parts, groups, positions, offsets.length * channels])]);
}
