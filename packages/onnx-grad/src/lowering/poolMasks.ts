/**
 * The adjoint of max-pool where windows overlap, by one mask for each element of the window instead of positions: `MaxPool` with
 * positions takes twenty times as long as without, and adding by position is sequential.
 *
 *   z₀ = dy,  g_k = z_k·[x_k = y],  z_{k+1} = z_k − g_k      x_k: the k-th element of every window, in the order of rows
 *
 * So the first of equal maxima takes dy, and what is left after it is 0. Each g_k goes to the pixels that its elements came from:
 * pixels of one remainder modulo the stride are a grid on which g_k is moved by whole rows and columns.
 *
 * Images are [c×h×w×b]: with the batch innermost every step copies runs of b numbers.
 */
import type { Node, PoolWindow, Shape } from "../graph/value.ts";
import { overlaps } from "../ops/window.ts";
import { smallestBatch } from "./convolutionSizes.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { poolAttributes } from "./windowAttributes.ts";

/** Windows of more elements would make hundreds of nodes. */
const largestWindow = 32;

/** Whether the adjoint of pooling images [b×c×h×w] is taken by masks. */
export function suitsMasks({ size, ...window }: PoolWindow, images: Shape): boolean {
  return overlaps(size, window) && images[0]! >= smallestBatch && size[0] * size[1] <= largestWindow;
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

/** dx [b×c×h×w] of max-pool. */
export function scatterByMasks(value: Node<"poolScatter">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [dy, indices] = value.inputs;
  const window = value.attributes;
  const { size, stride } = window;
  const batchLast = (name: string): string => graph.node("Transpose", [name], { attributes: { perm: [1, 2, 3, 0] } });
  const x = nameOf(indices!.inputs[0]!);
  const y = batchLast(graph.node("MaxPool", [x], { attributes: poolAttributes(window) }));
  const [, , rows, columns] = dy!.shape as [number, number, number, number];
  const elementAt = elementsOf(batchLast(x), [rows, columns], window, context);
  const [batch, channels, height, width] = value.shape as [number, number, number, number];
  const grid = [Math.ceil(height / stride[0]), Math.ceil(width / stride[1])] as const;

  /** What is added at the pixels of each pair of remainders. */
  const parts = Array.from({ length: stride[0] }, () => Array.from({ length: stride[1] }, (): string[] => []));
  let left = batchLast(nameOf(dy!));
  for (let u = 0; u < size[0]; u++) {
    for (let v = 0; v < size[1]; v++) {
      // What the others have left is the last one's.
      const isLast = u === size[0] - 1 && v === size[1] - 1;
      const taken = isLast ? left : graph.node("Mul", [left, equalTo(y, elementAt(u, v), context)]);
      if (!isLast) left = graph.node("Sub", [left, taken]);
      const [[row, down], [column, right]] = [placeOf(u, 0, window), placeOf(v, 1, window)];
      const after = [grid[0] - rows - down, grid[1] - columns - right];
      const moved = [0, down, right, 0, 0, ...after, 0];
      parts[row]![column]!.push(moved.every((n) => n === 0) ? taken : graph.node("Pad", [taken, graph.ints(moved)]));
    }
  }
  const sums = parts.map((line) => line.map((terms) => sumOf(terms, [channels, ...grid, batch], context)));
  const dx = interleaved(sums, [channels, ...grid, batch], context);
  const whole = [grid[0] * stride[0], grid[1] * stride[1]];
  const cut =
    whole[0] === height && whole[1] === width
      ? dx
      : graph.node("Slice", [dx, graph.ints([0, 0]), graph.ints([height, width]), graph.ints([1, 2])]);
  return graph.node("Transpose", [cut], { attributes: { perm: [3, 0, 1, 2] } });
}

/** The element (u, v) of every window of images x [c×h×w×b], −∞ outside. */
function elementsOf(
  x: string,
  [rows, columns]: readonly [number, number],
  { stride, dilation, padding: [top, left, bottom, right] }: PoolWindow,
  { graph }: LoweringContext,
): (u: number, v: number) => string {
  const outside = [0, top, left, 0, 0, bottom, right, 0];
  const around = graph.node("Pad", [x, graph.ints(outside), graph.floats([-Infinity], [])]);
  return (u, v) => {
    const start = [u * dilation[0], v * dilation[1]] as const;
    const end = [start[0] + (rows - 1) * stride[0] + 1, start[1] + (columns - 1) * stride[1] + 1];
    return graph.node("Slice", [around, ...[start, end, [1, 2], stride].map((list) => graph.ints(list))]);
  };
}

/** [a = b]. */
function equalTo(a: string, b: string, { graph }: LoweringContext): string {
  return castTo("float32", graph.node("Equal", [a, b]), graph);
}

function sumOf(terms: readonly string[], shape: Shape, { graph }: LoweringContext): string {
  if (terms.length === 0) return graph.node("Expand", [graph.floats([0], [1]), graph.ints(shape)]);
  return terms.length === 1 ? terms[0]! : graph.node("Sum", terms);
}

/** Grids [c×n×m×b] by remainder of row and column as images [c×n·rows×m·columns×b]. */
function interleaved(
  grids: readonly (readonly string[])[],
  [channels, n, m, batch]: Shape,
  { graph }: LoweringContext,
): string {
  /** Side by side, row by row, of as many rows each. */
  const beside = (matrices: readonly string[], rows: number): string => {
    const flat = matrices.map((matrix) => graph.node("Reshape", [matrix, graph.ints([rows, -1])]));
    return flat.length === 1 ? flat[0]! : graph.node("Concat", flat, { attributes: { axis: 1 } });
  };
  const lines = grids.map((line) => beside(line, channels! * n! * m!));
  const images = beside(lines, channels! * n!);
  const shape = [channels!, n! * grids.length, m! * grids[0]!.length, batch!];
  return graph.node("Reshape", [images, graph.ints(shape)]);
}
