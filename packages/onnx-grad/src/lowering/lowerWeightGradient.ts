/** The weight gradient of a convolution with the batch first, in the forms that ONNX Runtime runs fastest. */
import type { Node, Value } from "../graph/value.ts";
import { type ConvolutionSizes, convolutionSizes, suitsWinograd } from "./convolutionSizes.ts";
import { weightGradientByColumns } from "./imageColumns.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { windowAttributes } from "./windowAttributes.ts";
import { weightGradientByWinograd } from "./winograd.ts";

/** With at most this many elements in a window the matrix of windows is hardly larger than the image itself. */
const fewWindowElements = 32;

type Form = (x: string, dy: string, s: ConvolutionSizes, context: LoweringContext) => string;

/** dw in the form that suits the sizes. */
export function lowerWeightGradient(value: Node<"conv2dWeightGradient">, context: LoweringContext): string {
  const [x, dy] = value.inputs as [Value, Value];
  const sizes = convolutionSizes(x.shape, value.shape, dy.shape, value.attributes);
  return formOf(sizes)(context.nameOf(x), context.nameOf(dy), sizes, context);
}

function formOf(s: ConvolutionSizes): Form {
  if (s.window.batchLast) return suitsWinograd(s) ? weightGradientByWinograd : weightGradientByColumns;
  if (suitsLines(s)) return weightGradientByLines;
  return windowElements(s) <= fewWindowElements ? weightGradientByWindows : weightGradientByOffsets;
}

/** Elements that one filter sees at a position. */
function windowElements(s: ConvolutionSizes): number {
  return (s.channels / s.window.groups) * s.kernelRows * s.kernelColumns;
}

/** The axes before filters or channels of one group, and the positions after them. */
function productShape(s: ConvolutionSizes, perGroup: number): number[] {
  const { groups } = s.window;
  return [s.batch, ...(groups === 1 ? [] : [groups]), perGroup, s.rows * s.columns];
}

/** In each group `size` kernels of `size` elements, each with a single one: the i-th at i, or at i from the end. */
function unitKernels(groups: number, size: number, fromEnd = false): Float32Array {
  const kernels = new Float32Array(groups * size * size);
  for (let i = 0; i < groups * size; i++) kernels[i * size + (fromEnd ? size - 1 - (i % size) : i % size)] = 1;
  return kernels;
}

/** Σ_b dy · windowsᵀ over the positions, for every group: [o × n] for windows of n elements. */
function productOverPositions(dy: string, windows: string, s: ConvolutionSizes, { graph }: LoweringContext): string {
  const flatDy = graph.node("Reshape", [dy, graph.ints(productShape(s, s.filters / s.window.groups))]);
  const perImage = graph.node("FusedMatMul", [flatDy, windows], { attributes: { transB: 1 }, domain: "com.microsoft" });
  return graph.node("ReduceSum", [perImage, graph.ints([0])], { attributes: { keepdims: 0 } });
}

/**
 * dw = Σ_b dy[b] · windows(x[b])ᵀ, the windows [c·kh·kw × h'·w'] of an image made by a convolution with the identity:
 * one batched product where one per kernel offset would read dy as many times.
 */
function weightGradientByWindows(x: string, dy: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph, memo } = context;
  const { groups, stride, padding, dilation } = s.window;
  const [depth, channels] = [windowElements(s), s.channels / groups];
  const kernel = [groups * depth, channels, s.kernelRows, s.kernelColumns];
  const windows = memo(["windows", x, kernel, stride, padding, dilation].join(" "), () =>
    graph.node("Reshape", [
      graph.node("Conv", [x, graph.floats(unitKernels(groups, depth), kernel)], {
        attributes: windowAttributes(kernel, s.window),
      }),
      graph.ints(productShape(s, depth)),
    ]),
  );
  const sum = productOverPositions(dy, windows, s, context);
  return graph.node("Reshape", [sum, graph.ints([s.filters, ...kernel.slice(1)])]);
}

/** Whether images and gradients moved along one axis each take less than half of what images moved along both do. */
function suitsLines(s: ConvolutionSizes): boolean {
  const { groups, stride } = s.window;
  const isDepthwise = groups > 1 && s.channels === groups && stride.every((n) => n === 1);
  return isDepthwise && s.kernelRows * s.kernelColumns > 2 * (s.kernelRows + s.kernelColumns);
}

/**
 * dw[o,u,v] = Σ_b Σ_rj dy[b,o,r − u·d,j] · x[b,c,r − p,j + v·d − p] for convolutions of each channel by itself at stride 1: x moved
 * along rows by every v, dy along columns by every u, and one batched product of both.
 */
function weightGradientByLines(x: string, dy: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph, memo } = context;
  const { dilation, groups, padding } = s.window;
  const filters = s.filters / groups;
  const [kernelRows, kernelColumns] = [s.kernelRows, s.kernelColumns];
  const reach = (kernelRows - 1) * dilation[0];
  const positions = (s.rows + reach) * s.columns;
  const along = memo(["lines", x, kernelColumns, padding, dilation].join(" "), () => {
    const kernel = [groups * kernelColumns, 1, 1, kernelColumns];
    const moved = graph.node("Conv", [x, graph.floats(unitKernels(groups, kernelColumns), kernel)], {
      attributes: windowAttributes(kernel, s.window),
    });
    return graph.node("Reshape", [moved, graph.ints([s.batch, groups, kernelColumns, positions])]);
  });
  const kernel = [s.filters * kernelRows, 1, kernelRows, 1];
  const window = { ...s.window, padding: [reach, 0, reach, 0] as const, groups: s.filters };
  // The last element of a kernel moves down by none.
  const down = graph.node("Conv", [dy, graph.floats(unitKernels(s.filters, kernelRows, true), kernel)], {
    attributes: windowAttributes(kernel, window),
  });
  const downs = graph.node("Reshape", [down, graph.ints([s.batch, groups, filters * kernelRows, positions])]);
  const perImage = graph.node("FusedMatMul", [downs, along], { attributes: { transB: 1 }, domain: "com.microsoft" });
  const sum = graph.node("ReduceSum", [perImage, graph.ints([0])], { attributes: { keepdims: 0 } });
  return graph.node("Reshape", [sum, graph.ints([s.filters, 1, kernelRows, kernelColumns])]);
}

/**
 * dw[o,c,u,v] = Σ_b Σ_ij dy[b,o,i,j] · x[b,c,i·s+u·d−p,j·s+v·d−p]: for each kernel offset (u, v) one batched matrix product
 * over the positions ij and one sum over the batch.
 */
function weightGradientByOffsets(x: string, dy: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph } = context;
  const { groups, stride, padding, dilation } = s.window;
  const channels = s.channels / groups;
  const [top, left, bottom, right] = padding;
  const padded = padding.every((n) => n === 0)
    ? x
    : graph.node("Pad", [x, graph.ints([0, 0, top, left, 0, 0, bottom, right])]);
  const products: string[] = [];
  for (let u = 0; u < s.kernelRows; u++) {
    for (let v = 0; v < s.kernelColumns; v++) {
      const [row, column] = [u * dilation[0], v * dilation[1]];
      const window = graph.node("Slice", [
        padded,
        graph.ints([row, column]),
        graph.ints([row + (s.rows - 1) * stride[0] + 1, column + (s.columns - 1) * stride[1] + 1]),
        graph.ints([2, 3]),
        graph.ints(stride),
      ]);
      const flatX = graph.node("Reshape", [window, graph.ints(productShape(s, channels))]);
      products.push(productOverPositions(dy, flatX, s, context));
    }
  }
  const last = products.map((product) => graph.node("Reshape", [product, graph.ints([s.filters, channels, 1])]));
  const stacked = last.length === 1 ? last[0]! : graph.node("Concat", last, { attributes: { axis: 2 } });
  return graph.node("Reshape", [stacked, graph.ints([s.filters, channels, s.kernelRows, s.kernelColumns])]);
}
