/** Convolution's two adjoints in the forms that ONNX Runtime runs fastest. */
import type { Node, Shape, Window } from "../graph/value.ts";
import type { OnnxAttribute } from "../onnx/onnxGraph.ts";
import { type ConvolutionSizes, columnsSize, convolutionSizes, suitsWinograd } from "./convolutionSizes.ts";
import { convolveByColumns, inputGradientByColumns, weightGradientByColumns } from "./imageColumns.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { convolveByWinograd, inputGradientByWinograd, weightGradientByWinograd } from "./winograd.ts";

/** Attributes of `Conv` for kernels [o×c×kh×kw]. */
function windowAttributes(kernel: Shape, window: Window): Record<string, OnnxAttribute> {
  const [rows, columns] = window.padding;
  return {
    kernel_shape: kernel.slice(2),
    strides: window.stride,
    pads: [rows, columns, rows, columns],
  };
}

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
 * dx = conv(dy padded by k − 1 − p, kernels flipped and with input and output channels exchanged).
 *
 * With a stride the gradient is dilated, which is what ConvTranspose does.
 */
function inputGradientBatchFirst(dy: string, w: string, s: ConvolutionSizes, { graph }: LoweringContext): string {
  const { height, width, rows, columns, kernelRows: kh, kernelColumns: kw } = s;
  const { stride, padding } = s.window;
  const kernel = [s.filters, s.channels, kh, kw];
  // Input rows and columns that no window reaches at the end have gradient zero.
  const restRows = height - ((rows - 1) * stride[0] + kh - 2 * padding[0]);
  const restColumns = width - ((columns - 1) * stride[1] + kw - 2 * padding[1]);
  if (stride[0] > 1 || stride[1] > 1) {
    return graph.node("ConvTranspose", [dy, w], {
      attributes: { ...windowAttributes(kernel, s.window), output_padding: [restRows, restColumns] },
    });
  }
  const flipped = graph.node("Slice", [
    graph.node("Transpose", [w], { attributes: { perm: [1, 0, 2, 3] } }),
    graph.ints([-1, -1]),
    graph.ints([-(2 ** 31), -(2 ** 31)]),
    graph.ints([2, 3]),
    graph.ints([-1, -1]),
  ]);
  const [top, left] = [kh - 1 - padding[0], kw - 1 - padding[1]];
  const pads = [top, left, top + restRows, left + restColumns];
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
    attributes: { kernel_shape: [kh, kw], pads: pads.map((size) => Math.max(size, 0)) },
  });
}

/** With at most this many elements in a window the matrix of windows is hardly larger than the image itself. */
const fewWindowElements = 32;

/**
 * dw = Σ_b dy[b] · windows(x[b])ᵀ, the windows [c·kh·kw × h'·w'] of an image made by a convolution with the identity:
 * one batched product where one per kernel offset would read dy as many times.
 */
function weightGradientByWindows(
  value: Node<"conv2dWeightGradient">,
  s: ConvolutionSizes,
  { graph, nameOf, memo }: LoweringContext,
): string {
  const [x, dy] = value.inputs;
  const depth = s.channels * s.kernelRows * s.kernelColumns;
  const identity = new Float32Array(depth * depth);
  for (let i = 0; i < depth; i++) identity[i * depth + i] = 1;
  const kernel = [depth, s.channels, s.kernelRows, s.kernelColumns];
  const windows = memo(["windows", nameOf(x!), kernel, s.window.stride, s.window.padding].join(" "), () =>
    graph.node("Reshape", [
      graph.node("Conv", [nameOf(x!), graph.floats(identity, kernel)], {
        attributes: windowAttributes(kernel, s.window),
      }),
      graph.ints([s.batch, depth, s.rows * s.columns]),
    ]),
  );
  const flatDy = graph.node("Reshape", [nameOf(dy!), graph.ints([s.batch, s.filters, s.rows * s.columns])]);
  const perImage = graph.node("FusedMatMul", [flatDy, windows], { attributes: { transB: 1 }, domain: "com.microsoft" });
  const sum = graph.node("ReduceSum", [perImage, graph.ints([0])], { attributes: { keepdims: 0 } });
  return graph.node("Reshape", [sum, graph.ints(value.shape)]);
}

/**
 * dw[o,c,u,v] = Σ_b Σ_ij dy[b,o,i,j] · x[b,c,i·s+u−p,j·s+v−p]: for each kernel offset (u, v) one batched matrix product
 * over the positions ij and one sum over the batch.
 */
export function lowerWeightGradient(value: Node<"conv2dWeightGradient">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [x, dy] = value.inputs;
  const sizes = convolutionSizes(x!.shape, value.shape, dy!.shape, value.attributes);
  if (value.attributes.batchLast) {
    return suitsWinograd(sizes)
      ? weightGradientByWinograd(nameOf(x!), nameOf(dy!), sizes, context)
      : weightGradientByColumns(nameOf(x!), nameOf(dy!), sizes, context);
  }
  if (sizes.channels * sizes.kernelRows * sizes.kernelColumns <= fewWindowElements)
    return weightGradientByWindows(value, sizes, context);
  const { stride, padding } = value.attributes;
  const [batch, channels] = x!.shape as [number, number, number, number];
  const [, filters, rows, columns] = dy!.shape as [number, number, number, number];
  const [, , kh, kw] = value.shape as [number, number, number, number];
  const padded =
    padding[0] === 0 && padding[1] === 0
      ? nameOf(x!)
      : graph.node("Pad", [nameOf(x!), graph.ints([0, 0, ...padding, 0, 0, ...padding])]);
  const flatDy = graph.node("Reshape", [nameOf(dy!), graph.ints([batch, filters, rows * columns])]);
  const products: string[] = [];
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      const window = graph.node("Slice", [
        padded,
        graph.ints([u, v]),
        graph.ints([u + (rows - 1) * stride[0] + 1, v + (columns - 1) * stride[1] + 1]),
        graph.ints([2, 3]),
        graph.ints(stride),
      ]);
      const flatX = graph.node("Reshape", [window, graph.ints([batch, channels, rows * columns])]);
      const perImage = graph.node("FusedMatMul", [flatDy, flatX], {
        attributes: { transB: 1 },
        domain: "com.microsoft",
      });
      products.push(graph.node("ReduceSum", [perImage, graph.ints([0])], { attributes: { keepdims: 0 } }));
    }
  }
  const last = products.map((product) => graph.node("Reshape", [product, graph.ints([filters, channels, 1])]));
  const stacked = last.length === 1 ? last[0]! : graph.node("Concat", last, { attributes: { axis: 2 } });
  return graph.node("Reshape", [stacked, graph.ints(value.shape)]);
}
