/**
 * The adjoint of max-pool where windows overlap, by one mask for each element of the window instead of positions: `MaxPool` with
 * positions takes twenty times as long as without, and adding by position is sequential.
 *
 *   z₀ = dy,  g_k = z_k·[x_k = y],  z_{k+1} = z_k − g_k      x_k: the k-th element of every window, in the order of rows
 *
 * So the first of equal maxima takes dy, and what is left after it is 0. Each g_k goes to the pixels that its elements came from.
 *
 * Images are [c×h×w×b]: with the batch innermost every step copies runs of b numbers.
 */
import type { Node, PoolWindow, Shape } from "../graph/value.ts";
import { overlaps } from "../ops/window.ts";
import { smallestBatch } from "./convolutionSizes.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { poolAttributes } from "./windowAttributes.ts";
import { addedAtPixels, elementsOf, type ImageShape } from "./windowElements.ts";

/** Windows of more elements would make hundreds of nodes. */
const largestWindow = 32;

/** Whether the adjoint of pooling images [b×c×h×w] is taken by masks. */
export function suitsMasks({ size, ...window }: PoolWindow, images: Shape): boolean {
  return overlaps(size, window) && images[0]! >= smallestBatch && size[0] * size[1] <= largestWindow;
}

/** dx [b×c×h×w] of max-pool. */
export function scatterByMasks(value: Node<"poolScatter">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [dy, indices] = value.inputs;
  const window = value.attributes;
  const { size } = window;
  const batchLast = (name: string): string => graph.node("Transpose", [name], { attributes: { perm: [1, 2, 3, 0] } });
  const imagesOf = ([batch, channels, height, width]: Shape): ImageShape => [channels!, height!, width!, batch!];
  const x = nameOf(indices!.inputs[0]!);
  const y = batchLast(graph.node("MaxPool", [x], { attributes: poolAttributes(window) }));
  const windows = imagesOf(dy!.shape);
  const elementAt = elementsOf(batchLast(x), windows, window, -Infinity, context);

  let left = batchLast(nameOf(dy!));
  const takenBy = (u: number, v: number): string => {
    // What the others have left is the last one's.
    if (u === size[0] - 1 && v === size[1] - 1) return left;
    const isMaximum = castTo("float32", graph.node("Equal", [y, elementAt(u, v)]), graph);
    const taken = graph.node("Mul", [left, isMaximum]);
    left = graph.node("Sub", [left, taken]);
    return taken;
  };
  const sum = (terms: readonly string[]): string => graph.node("Sum", terms);
  const dx = addedAtPixels(takenBy, windows, imagesOf(value.shape), window, sum, context);
  return graph.node("Transpose", [dx], { attributes: { perm: [3, 0, 1, 2] } });
}
