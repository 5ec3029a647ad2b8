/** The k-th elements of all windows as one image, and back: the geometry of forms that take a window element by element. */
import type { PoolWindow, Shape } from "../graph/value.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** What windows move over: images [outer×h×w×inner], or their windows [outer×rows×columns×inner]. */
export type ImageShape = readonly [outer: number, height: number, width: number, inner: number];

/** Σ of tensors of one shape. */
export type Sum = (terms: readonly string[], context: LoweringContext) => string;

/** Each pair (row, column) of a window, row by row. */
export function offsetsOf([kernelRows, kernelColumns]: readonly [number, number]): (readonly [number, number])[] {
  const columns = Array.from({ length: kernelColumns }, (_, v) => v);
  return Array.from({ length: kernelRows }, (_, u) => columns.map((v) => [u, v] as const)).flat();
}

/** The element (u, v) of every window of images x [outer×h×w×inner], `outside` beyond the image. */
export function elementsOf(
  x: string,
  [, rows, columns]: ImageShape,
  { stride, dilation, padding: [top, left, bottom, right] }: PoolWindow,
  outside: number,
  { graph }: LoweringContext,
): (u: number, v: number) => string {
  const around = graph.node("Pad", [
    x,
    graph.ints([0, top, left, 0, 0, bottom, right, 0]),
    graph.floats([outside], []),
  ]);
  return (u, v) => {
    const start = [u * dilation[0], v * dilation[1]] as const;
    const end = [start[0] + (rows - 1) * stride[0] + 1, start[1] + (columns - 1) * stride[1] + 1];
    return graph.node("Slice", [around, ...[start, end, [1, 2], stride].map((list) => graph.ints(list))]);
  };
}

/** Where the elements u of all windows lie along an axis: pixel remainder + stride·(i + shift) for window i. */
function placeOf(
  u: number,
  axis: 0 | 1,
  { stride, dilation, padding }: PoolWindow,
): [remainder: number, shift: number] {
  const shift = Math.floor((u * dilation[axis] - padding[axis]) / stride[axis]);
  return [u * dilation[axis] - padding[axis] - shift * stride[axis], shift];
}

/**
 * Images [outer×h×w×inner] in which each element of every window is added at the pixel that it came from; `elementAt(u, v)` has
 * the elements (u, v) of all windows [outer×rows×columns×inner] and is asked row by row.
 *
 * Pixels of one remainder modulo the stride are a grid on which the elements are moved by whole rows and columns.
 */
export function addedAtPixels(
  elementAt: (u: number, v: number) => string,
  [, rows, columns]: ImageShape,
  [outer, height, width, inner]: ImageShape,
  window: PoolWindow,
  sum: Sum,
  context: LoweringContext,
): string {
  const { graph } = context;
  const { size, stride } = window;
  const grid = [Math.ceil(height / stride[0]), Math.ceil(width / stride[1])] as const;
  /** What is added at the pixels of each pair of remainders. */
  const parts = Array.from({ length: stride[0] }, () => Array.from({ length: stride[1] }, (): string[] => []));
  for (const [u, v] of offsetsOf(size)) {
    const element = elementAt(u, v);
    const [[row, down], [column, right]] = [placeOf(u, 0, window), placeOf(v, 1, window)];
    const after = [grid[0] - rows - down, grid[1] - columns - right];
    const moved = [0, down, right, 0, 0, ...after, 0];
    parts[row]![column]!.push(moved.every((n) => n === 0) ? element : graph.node("Pad", [element, graph.ints(moved)]));
  }
  const shape = [outer, ...grid, inner];
  const zero = (): string => graph.node("Expand", [graph.floats([0], [1]), graph.ints(shape)]);
  const total = (terms: readonly string[]): string => (terms.length > 1 ? sum(terms, context) : (terms[0] ?? zero()));
  const whole = interleaved(
    parts.map((line) => line.map(total)),
    shape,
    context,
  );
  if (grid[0] * stride[0] === height && grid[1] * stride[1] === width) return whole;
  return graph.node("Slice", [whole, graph.ints([0, 0]), graph.ints([height, width]), graph.ints([1, 2])]);
}

/** Grids [outer×n×m×inner] by remainder of row and column as images [outer×n·rows×m·columns×inner]. */
function interleaved(
  grids: readonly (readonly string[])[],
  [outer, n, m, inner]: Shape,
  { graph }: LoweringContext,
): string {
  /** Side by side, row by row, of as many rows each. */
  const beside = (matrices: readonly string[], rows: number): string => {
    const flat = matrices.map((matrix) => graph.node("Reshape", [matrix, graph.ints([rows, -1])]));
    return flat.length === 1 ? flat[0]! : graph.node("Concat", flat, { attributes: { axis: 1 } });
  };
  const lines = grids.map((line) => beside(line, outer! * n! * m!));
  const images = beside(lines, outer! * n!);
  return graph.node("Reshape", [images, graph.ints([outer!, n! * grids.length, m! * grids[0]!.length, inner!])]);
}
