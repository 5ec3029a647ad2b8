/**
 * Convolutions with 3×3 kernels at stride 1 and the batch last in Winograd's form: four times fewer multiplications.
 *
 *   V = K·tiles(x) [36 × c·t·b],  U = G·w [36 × o·c],  M = U·V for each of 36 points,  y = A·M
 *
 * for the t tiles of 4×4 outputs (6×6 inputs), or of 2×2 outputs with 16 points where the image is no larger. Every transform is one matrix product over the whole batch. The input
 * gradient is a convolution of dy with kernels turned round and channels exchanged; the weight gradient is the exact
 * adjoint of the form: dw = Gᵀ·Σ (Aᵀ·tiles(dy))·Vᵀ, with V from the forward pass.
 */
import type { ConvolutionSizes } from "./convolutionSizes.ts";
import { padded } from "./imageColumns.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { type Matrix, type TileSide, type WinogradMatrices, winogradMatrices } from "./winogradMatrices.ts";

/** How outputs are covered by tiles, the last ones perhaps partly. */
interface Tiling {
  /** Outputs along a side of a tile. */
  readonly side: TileSide;
  /** Inputs along a side of a tile. */
  readonly reach: number;
  readonly numPoints: number;
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly matrices: WinogradMatrices;
}

function tilingOf({ rows, columns }: ConvolutionSizes): Tiling {
  const side = Math.max(rows, columns) <= 2 ? 2 : 4;
  const [tileRows, tileColumns] = [Math.ceil(rows / side), Math.ceil(columns / side)];
  const reach = side + 2;
  return { side, reach, numPoints: reach ** 2, tileRows, tileColumns, matrices: winogradMatrices[side] };
}

function constantMatrix(matrix: Matrix, { graph }: LoweringContext): string {
  return graph.floats(matrix.flat(), [matrix.length, matrix[0]!.length]);
}

/** V [points × c × t·b] of images x [c×h×w×b]. */
function transformedTiles(x: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph, memo } = context;
  const [padRows, padColumns] = s.window.padding;
  const { side, reach, numPoints, tileRows, tileColumns, matrices } = tilingOf(s);
  return memo(["winograd", x, padRows, padColumns, side, tileRows, tileColumns].join(" "), () => {
    const [height, width] = [tileRows * side + 2, tileColumns * side + 2];
    const whole = padded(
      x,
      [padRows, padColumns],
      [height - padRows - s.height, width - padColumns - s.width],
      context,
    );
    const pixels = graph.node("Reshape", [whole, graph.ints([s.channels * height * width, s.batch])]);
    const source: number[] = [];
    for (let point = 0; point < numPoints; point++)
      for (let c = 0; c < s.channels; c++)
        for (let i = 0; i < tileRows; i++)
          for (let j = 0; j < tileColumns; j++)
            source.push((c * height + i * side + Math.floor(point / reach)) * width + j * side + (point % reach));
    const tiles = graph.node("Gather", [pixels, graph.ints(source)], { attributes: { axis: 0 } });
    const positions = tileRows * tileColumns * s.batch;
    const flat = graph.node("Reshape", [tiles, graph.ints([numPoints, s.channels * positions])]);
    const values = graph.node("Gemm", [constantMatrix(matrices.input, context), flat]);
    return graph.node("Reshape", [values, graph.ints([numPoints, s.channels, positions])]);
  });
}

/** y = A·(U·V) from values U [points×o×c] of the kernels; outputs beyond the last row and column are cut off. */
function convolveTiles(x: string, u: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph } = context;
  const { side, numPoints, tileRows, tileColumns, matrices } = tilingOf(s);
  const products = graph.node("MatMul", [u, transformedTiles(x, s, context)]);
  const flat = graph.node("Reshape", [products, graph.ints([numPoints, -1])]);
  const outputs = graph.node("Gemm", [constantMatrix(matrices.output, context), flat]);
  const tiles = graph.node("Reshape", [outputs, graph.ints([side, side, s.filters, tileRows, tileColumns, s.batch])]);
  const inPlace = graph.node("Transpose", [tiles], { attributes: { perm: [2, 3, 0, 4, 1, 5] } });
  const whole = graph.node("Reshape", [inPlace, graph.ints([s.filters, side * tileRows, side * tileColumns, s.batch])]);
  if (side * tileRows === s.rows && side * tileColumns === s.columns) return whole;
  return graph.node("Slice", [whole, graph.ints([0, 0]), graph.ints([s.rows, s.columns]), graph.ints([1, 2])]);
}

/** Values [points × o × c] of kernels w [o×c×3×3] at the points of `tiling`, of the kernels turned round where `turned`. */
function transformedKernels(
  w: string,
  s: ConvolutionSizes,
  { numPoints, matrices: { filter } }: Tiling,
  turned: boolean,
  context: LoweringContext,
): string {
  const { graph } = context;
  const matrix = turned ? filter.map((row) => [...row].reverse()) : filter;
  const flat = graph.node("Reshape", [w, graph.ints([s.filters * s.channels, 9])]);
  const values = graph.node("Gemm", [constantMatrix(matrix, context), flat], { attributes: { transB: 1 } });
  return graph.node("Reshape", [values, graph.ints([numPoints, s.filters, s.channels])]);
}

/** y = conv(x, w) + bias [o]. */
export function convolveByWinograd(
  [x, w, bias]: readonly string[],
  s: ConvolutionSizes,
  context: LoweringContext,
): string {
  const { graph } = context;
  const y = convolveTiles(x!, transformedKernels(w!, s, tilingOf(s), false, context), s, context);
  return bias === undefined
    ? y
    : graph.node("Add", [y, graph.node("Reshape", [bias, graph.ints([s.filters, 1, 1, 1])])]);
}

/** dx = conv(dy padded by 2 − p, kernels turned round and with input and output channels exchanged). */
export function inputGradientByWinograd(dy: string, w: string, s: ConvolutionSizes, context: LoweringContext): string {
  const [top, left, bottom, right] = s.window.padding;
  const padding = [2 - top, 2 - left, 2 - bottom, 2 - right] as const;
  const adjoint: ConvolutionSizes = {
    ...s,
    ...{ channels: s.filters, filters: s.channels, window: { ...s.window, padding } },
    ...{ height: s.rows, width: s.columns, rows: s.height, columns: s.width },
  };
  const values = transformedKernels(w, s, tilingOf(adjoint), true, context);
  const exchanged = context.graph.node("Transpose", [values], { attributes: { perm: [0, 2, 1] } });
  return convolveTiles(dy, exchanged, adjoint, context);
}

/** dw = Gᵀ·((Aᵀ·tiles(dy))·Vᵀ). */
export function weightGradientByWinograd(x: string, dy: string, s: ConvolutionSizes, context: LoweringContext): string {
  const { graph } = context;
  const { side, numPoints, tileRows, tileColumns, matrices } = tilingOf(s);
  const whole = padded(dy, [0, 0], [side * tileRows - s.rows, side * tileColumns - s.columns], context);
  const tiles = graph.node("Reshape", [whole, graph.ints([s.filters, tileRows, side, tileColumns, side, s.batch])]);
  const byPosition = graph.node("Transpose", [tiles], { attributes: { perm: [2, 4, 0, 1, 3, 5] } });
  const flat = graph.node("Reshape", [byPosition, graph.ints([side * side, -1])]);
  const values = graph.node("Gemm", [constantMatrix(matrices.output, context), flat], {
    attributes: { transA: 1 },
  });
  const positions = tileRows * tileColumns * s.batch;
  const gradient = graph.node("Reshape", [values, graph.ints([numPoints, s.filters, positions])]);
  const products = graph.node("FusedMatMul", [gradient, transformedTiles(x, s, context)], {
    ...{ attributes: { transB: 1 }, domain: "com.microsoft" },
  });
  const flatProducts = graph.node("Reshape", [products, graph.ints([numPoints, s.filters * s.channels])]);
  const kernels = graph.node("Gemm", [flatProducts, constantMatrix(matrices.filter, context)], {
    attributes: { transA: 1 },
  });
  return graph.node("Reshape", [kernels, graph.ints([s.filters, s.channels, 3, 3])]);
}
