/** The three convolutions as one walk over (output position, kernel position); they differ in what is summed where. */
import { type ConvolutionWindow, type Node, type Shape, sizeOf } from "../graph/value.ts";
import { batchFirstShape } from "../ops/convolution.ts";
import { type FloatArray, type Precision, zeros } from "./arrays.ts";

/**
 * Calls `visit(atX, atW, atY, run)` for every batch, output channel, input channel, kernel position and output row:
 * the row's `run` elements read x at atX + j·stride and y at atY + j, all with the kernel element at atW.
 */
function walk(
  xShape: Shape,
  wShape: Shape,
  yShape: Shape,
  window: ConvolutionWindow,
  visit: (atX: number, atW: number, atY: number, run: number) => void,
): void {
  const [batch, channels, height, width] = xShape as [number, number, number, number];
  const [filters, perGroup, kernelHeight, kernelWidth] = wShape as [number, number, number, number];
  const [, , rows, columns] = yShape as [number, number, number, number];
  const [strideRow, strideColumn] = window.stride;
  const [padRow, padColumn] = window.padding;
  const [dilationRow, dilationColumn] = window.dilation;
  const filtersPerGroup = filters / window.groups;
  for (let v = 0; v < kernelWidth; v++) {
    // Output columns j whose input column j·s + v·d − p lies inside.
    const from = v * dilationColumn - padColumn;
    const first = Math.max(0, Math.ceil(-from / strideColumn));
    const last = Math.min(columns - 1, Math.floor((width - 1 - from) / strideColumn));
    if (last < first) continue;
    for (let u = 0; u < kernelHeight; u++) {
      for (let b = 0; b < batch; b++) {
        for (let o = 0; o < filters; o++) {
          const firstChannel = Math.floor(o / filtersPerGroup) * perGroup;
          for (let c = 0; c < perGroup; c++) {
            const atW = ((o * perGroup + c) * kernelHeight + u) * kernelWidth + v;
            const plane = b * channels + firstChannel + c;
            for (let i = 0; i < rows; i++) {
              const row = i * strideRow + u * dilationRow - padRow;
              if (row < 0 || row >= height) continue;
              const atX = (plane * height + row) * width + first * strideColumn + from;
              visit(atX, atW, ((b * filters + o) * rows + i) * columns + first, last - first + 1);
            }
          }
        }
      }
    }
  }
}

/** The shape of images with the batch first, whatever their layout. */
function imageShape(shape: Shape, { batchLast }: ConvolutionWindow): Shape {
  return batchLast ? batchFirstShape(shape) : shape;
}

/** Images with the batch first. */
function batchFirst(data: FloatArray, shape: Shape, { batchLast }: ConvolutionWindow): FloatArray {
  return batchLast ? exchanged(data, sizeOf(shape) / shape[3]!, shape[3]!) : data;
}

/** Images in the layout of a value of `shape` from images with the batch first. */
function inLayout(data: Float64Array, shape: Shape, { batchLast }: ConvolutionWindow): Float64Array {
  return batchLast ? exchanged(data, shape[3]!, sizeOf(shape) / shape[3]!) : data;
}

/** The transpose of a matrix [rows × columns]. */
function exchanged(data: FloatArray, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: data.length }, (_, k) => data[(k % rows) * columns + Math.floor(k / rows)]!);
}

function rounded(sums: Float64Array, precision: Precision): FloatArray {
  if (precision === "float64") return sums;
  const out = zeros(precision, sums.length);
  out.set(sums);
  return out;
}

export function convolve(value: Node<"conv2d">, [x, w]: readonly FloatArray[], precision: Precision): FloatArray {
  const { inputs, shape, attributes } = value;
  const y = new Float64Array(sizeOf(shape));
  const step = attributes.stride[1];
  const images = batchFirst(x!, inputs[0]!.shape, attributes);
  const [xShape, yShape] = [imageShape(inputs[0]!.shape, attributes), imageShape(shape, attributes)];
  walk(xShape, inputs[1]!.shape, yShape, attributes, (atX, atW, atY, run) => {
    const weight = w![atW]!;
    for (let j = 0; j < run; j++) y[atY + j]! += weight * images[atX + j * step]!;
  });
  return rounded(inLayout(y, shape, attributes), precision);
}

export function convolveInputGradient(
  value: Node<"conv2dInputGradient">,
  [y, w]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const { inputs, shape, attributes } = value;
  const x = new Float64Array(sizeOf(shape));
  const step = attributes.stride[1];
  const gradient = batchFirst(y!, inputs[0]!.shape, attributes);
  const [xShape, yShape] = [imageShape(shape, attributes), imageShape(inputs[0]!.shape, attributes)];
  walk(xShape, inputs[1]!.shape, yShape, attributes, (atX, atW, atY, run) => {
    const weight = w![atW]!;
    for (let j = 0; j < run; j++) x[atX + j * step]! += weight * gradient[atY + j]!;
  });
  return rounded(inLayout(x, shape, attributes), precision);
}

export function convolveWeightGradient(
  value: Node<"conv2dWeightGradient">,
  [x, y]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const { inputs, shape, attributes } = value;
  const w = new Float64Array(sizeOf(shape));
  const step = attributes.stride[1];
  const images = batchFirst(x!, inputs[0]!.shape, attributes);
  const gradient = batchFirst(y!, inputs[1]!.shape, attributes);
  const [xShape, yShape] = [imageShape(inputs[0]!.shape, attributes), imageShape(inputs[1]!.shape, attributes)];
  walk(xShape, shape, yShape, attributes, (atX, atW, atY, run) => {
    let sum = 0;
    for (let j = 0; j < run; j++) sum += images[atX + j * step]! * gradient[atY + j]!;
    w[atW]! += sum;
  });
  return rounded(w, precision);
}
