/** The sizes of a convolution whatever its layout, and which layout and form suit them. */
import type { ConvolutionWindow, Shape } from "../graph/value.ts";
import { batchFirstShape } from "../ops/convolution.ts";

/** The sizes of one convolution. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly kernelRows: number;
  readonly kernelColumns: number;
  readonly rows: number;
  readonly columns: number;
  readonly window: ConvolutionWindow;
}

/** The sizes of the convolution of images `x` with kernels `w` to images `y`. */
export function convolutionSizes(x: Shape, w: Shape, y: Shape, window: ConvolutionWindow): ConvolutionSizes {
  const images = (shape: Shape): Shape => (window.batchLast ? batchFirstShape(shape) : shape);
  const [batch, channels, height, width] = images(x) as [number, number, number, number];
  const [filters, , kernelRows, kernelColumns] = w as [number, number, number, number];
  const [, , rows, columns] = images(y) as [number, number, number, number];
  return { batch, channels, height, width, filters, kernelRows, kernelColumns, rows, columns, window };
}

/** Elements of the matrix of windows. */
export function columnsSize(s: ConvolutionSizes): number {
  return s.channels * s.kernelRows * s.kernelColumns * s.rows * s.columns * s.batch;
}

/** Largest matrix of windows that is built: 128 MB. Beyond it convolutions work image by image. */
const largestColumns = 2 ** 25;

/** Largest transformed images of Winograd's form: 256 MB. */
const largestTransformed = 2 ** 26;

/** With fewer channels or filters the transforms outweigh the products that they save. */
const fewestChannels = 32;

/** Rows of fewer elements than this are slow to gather. */
export const smallestBatch = 16;

/** Whether Winograd's form is the faster one: 3×3 kernels at stride 1 between many channels. */
export function suitsWinograd(s: ConvolutionSizes): boolean {
  const { stride, padding, dilation, groups } = s.window;
  const unit = [...stride, ...dilation, groups].every((n) => n === 1) && padding.every((n) => n <= 2);
  const square = s.kernelRows === 3 && s.kernelColumns === 3;
  const transformed = 36 * Math.max(s.channels, s.filters) * Math.ceil(s.rows / 4) * Math.ceil(s.columns / 4) * s.batch;
  return unit && square && Math.min(s.channels, s.filters) >= fewestChannels && transformed <= largestTransformed;
}

/**
 * Whether the layout with the batch last is the faster one; it has no groups.
 *
 * A first convolution of one channel stays as it is: what follows it, pooling say, wants the batch first, and its matrix of
 * windows is no larger than its result.
 */
export function prefersBatchLast(s: ConvolutionSizes): boolean {
  if (s.batch < smallestBatch || s.channels === 1 || s.window.groups > 1) return false;
  return suitsWinograd(s) || columnsSize(s) <= largestColumns;
}
