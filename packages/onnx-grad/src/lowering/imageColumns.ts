/**
 * Convolutions with the batch last as three single matrix products over the whole batch.
 *
 * With the batch as the innermost axis every window element of the batch is one contiguous run, so the matrix of windows
 * ("im2col") is a Gather of whole rows, shared by the convolution and its weight gradient, and its adjoint is two
 * Gathers with one short sum each:
 *
 *   columns [c·kh·kw × h'·w'·b],  y = w · columns,  dw = dy · columnsᵀ,  dx = adjoint(wᵀ · dy)
 */
import type { ConvolutionSizes } from "./convolutionSizes.ts";
import type { LoweringContext } from "./loweringContext.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Images x [c×h×w×b] with zeros around them. */
export function padded(
  x: string,
  before: readonly [number, number],
  after: readonly [number, number],
  { graph }: LoweringContext,
): string {
  if ([...before, ...after].every((n) => n === 0)) return x;
  return graph.node("Pad", [x, graph.ints([0, ...before, 0, 0, ...after, 0])]);
}

/** The matrix of windows of x, [c·kh·kw × h'·w'·b]. */
function imageColumns(x: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph, memo } = context;
  const { padding, stride, dilation } = s.window;
  const [top, left, bottom, right] = padding;
  const key = ["columns", x, s.kernelRows, s.kernelColumns, stride, padding, dilation].join(" ");
  return memo(key, () => {
    const [height, width] = [top + s.height + bottom, left + s.width + right];
    const pixels = graph.node("Reshape", [
      padded(x, [top, left], [bottom, right], context),
      graph.ints([s.channels * height * width, s.batch]),
    ]);
    const source: number[] = [];
    for (const c of range(s.channels))
      for (const u of range(s.kernelRows))
        for (const v of range(s.kernelColumns))
          for (const i of range(s.rows))
            for (const j of range(s.columns)) {
              const row = i * stride[0] + u * dilation[0];
              source.push((c * height + row) * width + j * stride[1] + v * dilation[1]);
            }
    const gathered = graph.node("Gather", [pixels, graph.ints(source)], { attributes: { axis: 0 } });
    return graph.node("Reshape", [
      gathered,
      graph.ints([s.channels * s.kernelRows * s.kernelColumns, s.rows * s.columns * s.batch]),
    ]);
  });
}

/** dy [o×h'×w'×b] as a matrix [o × h'·w'·b]. */
function outputMatrix(dy: string, s: ConvolutionSizes, { graph }: LoweringContext): string {
  return graph.node("Reshape", [dy, graph.ints([s.filters, -1])]);
}

/** w [o×c×kh×kw] as a matrix [o × c·kh·kw]. */
function kernelMatrix(w: string, s: ConvolutionSizes, { graph }: LoweringContext): string {
  return graph.node("Reshape", [w, graph.ints([s.filters, s.channels * s.kernelRows * s.kernelColumns])]);
}

/** y = w · columns(x) + bias [o]. */
export function convolveByColumns(
  [x, w, bias]: readonly string[],
  s: ConvolutionSizes,
  context: LoweringContext,
): string {
  const { graph } = context;
  const operands = [kernelMatrix(w!, s, context), imageColumns(x!, s, context)];
  const addend = bias === undefined ? [] : [graph.node("Reshape", [bias, graph.ints([s.filters, 1])])];
  const y = graph.node("Gemm", [...operands, ...addend]);
  return graph.node("Reshape", [y, graph.ints([s.filters, s.rows, s.columns, s.batch])]);
}

/** dw = dy · columns(x)ᵀ. */
export function weightGradientByColumns(x: string, dy: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph } = context;
  const dw = graph.node("Gemm", [outputMatrix(dy, s, context), imageColumns(x, s, context)], {
    attributes: { transB: 1 },
  });
  return graph.node("Reshape", [dw, graph.ints([s.filters, s.channels, s.kernelRows, s.kernelColumns])]);
}

/**
 * dx: the columns' gradient wᵀ · dy with every element added to the pixel it came from, first along rows, then columns.
 *
 * Positions that no window covers read a row of zeros: the one that a zero column appended to w gives.
 */
export function inputGradientByColumns(dy: string, w: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph } = context;
  const [padRows, padColumns] = s.window.padding;
  const [strideRows, strideColumns] = s.window.stride;
  const [dilationRows, dilationColumns] = s.window.dilation;
  const depth = s.channels * s.kernelRows * s.kernelColumns;
  const withZero = graph.node("Pad", [kernelMatrix(w, s, context), graph.ints([0, 0, 0, 1])]);
  const product = graph.node("Gemm", [withZero, outputMatrix(dy, s, context)], { attributes: { transA: 1 } });
  const windows = graph.node("Reshape", [product, graph.ints([(depth + 1) * s.rows * s.columns, s.batch])]);
  const zeroRow = depth * s.rows * s.columns;

  const alongRow = range(s.kernelColumns).map((v) => {
    const source: number[] = [];
    for (const line of range(s.channels * s.kernelRows))
      for (const i of range(s.rows))
        for (const column of range(s.width)) {
          const j = (column + padColumns - v * dilationColumns) / strideColumns;
          const inside = Number.isInteger(j) && j >= 0 && j < s.columns;
          source.push(inside ? ((line * s.kernelColumns + v) * s.rows + i) * s.columns + j : zeroRow);
        }
    source.push(zeroRow);
    return source;
  });
  const lines = sumOfGathers(windows, alongRow, context);
  const zeroLine = s.channels * s.kernelRows * s.rows * s.width;

  const alongColumn = range(s.kernelRows).map((u) => {
    const source: number[] = [];
    for (const c of range(s.channels))
      for (const row of range(s.height))
        for (const column of range(s.width)) {
          const i = (row + padRows - u * dilationRows) / strideRows;
          const inside = Number.isInteger(i) && i >= 0 && i < s.rows;
          source.push(inside ? ((c * s.kernelRows + u) * s.rows + i) * s.width + column : zeroLine);
        }
    return source;
  });
  const pixels = sumOfGathers(lines, alongColumn, context);
  return graph.node("Reshape", [pixels, graph.ints([s.channels, s.height, s.width, s.batch])]);
}

/** Σ over the lists of the rows of `from` that they name. */
function sumOfGathers(from: string, lists: readonly number[][], { graph }: LoweringContext): string {
  const terms = lists.map((list) => graph.node("Gather", [from, graph.ints(list)], { attributes: { axis: 0 } }));
  return terms.length === 1 ? terms[0]! : graph.node("Sum", terms);
}
