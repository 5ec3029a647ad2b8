/** The three convolutions as one walk over (output position, kernel position); they differ in what is summed where. */
import { type Node, type Shape, sizeOf, type Window } from "../graph/value.ts";
import { type FloatArray, type Precision, zeros } from "./arrays.ts";

/**
 * Calls `visit(atX, atW, atY, run)` for every batch, output channel, input channel, kernel position and output row:
 * the row's `run` elements read x at atX + j·stride and y at atY + j, all with the kernel element at atW.
 */
function walk(
  xShape: Shape,
  wShape: Shape,
  yShape: Shape,
  window: Window,
  visit: (atX: number, atW: number, atY: number, run: number) => void,
): void {
  const [batch, channels, height, width] = xShape as [number, number, number, number];
  const [filters, , kernelHeight, kernelWidth] = wShape as [number, number, number, number];
  const [, , rows, columns] = yShape as [number, number, number, number];
  const [strideRow, strideColumn] = window.stride;
  const [padRow, padColumn] = window.padding;
  for (let v = 0; v < kernelWidth; v++) {
    // Output columns j whose input column j·s + v − p lies inside.
    const first = Math.max(0, Math.ceil((padColumn - v) / strideColumn));
    const last = Math.min(columns - 1, Math.floor((width - 1 + padColumn - v) / strideColumn));
    if (last < first) continue;
    for (let u = 0; u < kernelHeight; u++) {
      for (let b = 0; b < batch; b++) {
        for (let o = 0; o < filters; o++) {
          for (let c = 0; c < channels; c++) {
            const atW = ((o * channels + c) * kernelHeight + u) * kernelWidth + v;
            for (let i = 0; i < rows; i++) {
              const row = i * strideRow + u - padRow;
              if (row < 0 || row >= height) continue;
              const atX = ((b * channels + c) * height + row) * width + first * strideColumn + v - padColumn;
              visit(atX, atW, ((b * filters + o) * rows + i) * columns + first, last - first + 1);
            }
          }
        }
      }
    }
  }
}

function rounded(sums: Float64Array, precision: Precision): FloatArray {
  if (precision === "float64") return sums;
  const out = zeros(precision, sums.length);
  out.set(sums);
  return out;
}

export function convolve(value: Node<"conv2d">, [x, w]: readonly FloatArray[], precision: Precision): FloatArray {
  const y = new Float64Array(sizeOf(value.shape));
  const step = value.attributes.stride[1];
  walk(value.inputs[0]!.shape, value.inputs[1]!.shape, value.shape, value.attributes, (atX, atW, atY, run) => {
    const weight = w![atW]!;
    for (let j = 0; j < run; j++) y[atY + j]! += weight * x![atX + j * step]!;
  });
  return rounded(y, precision);
}

export function convolveInputGradient(
  value: Node<"conv2dInputGradient">,
  [y, w]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const x = new Float64Array(sizeOf(value.shape));
  const step = value.attributes.stride[1];
  walk(value.shape, value.inputs[1]!.shape, value.inputs[0]!.shape, value.attributes, (atX, atW, atY, run) => {
    const weight = w![atW]!;
    for (let j = 0; j < run; j++) x[atX + j * step]! += weight * y![atY + j]!;
  });
  return rounded(x, precision);
}

export function convolveWeightGradient(
  value: Node<"conv2dWeightGradient">,
  [x, y]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const w = new Float64Array(sizeOf(value.shape));
  const step = value.attributes.stride[1];
  walk(value.inputs[0]!.shape, value.shape, value.inputs[1]!.shape, value.attributes, (atX, atW, atY, run) => {
    let sum = 0;
    for (let j = 0; j < run; j++) sum += x![atX + j * step]! * y![atY + j]!;
    w[atW]! += sum;
  });
  return rounded(w, precision);
}
