/**
 * Max-pool's positions where the windows tile the image and a runtime has no positions: all elements of all windows at once.
 *
 *   order_k = [x_k = y]·(n − k),  first_k = [order_k = max over the window of order]      k = 0 … n − 1, row by row
 *
 * Arrays are [b·c × rows × kh × columns × kw], in the order of the image's own elements, and [b·c × rows × 1 × columns × 1].
 */
import type { Node, PoolWindow, Shape, Value } from "../graph/value.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { poolAttributes } from "./windowAttributes.ts";

/** Whether the windows tile the image, but for a rest of rows and columns after the last. */
export function liesSideBySide({ size, stride, padding, dilation }: PoolWindow): boolean {
  const isTiled = ([0, 1] as const).every((axis) => stride[axis] === size[axis] && dilation[axis] === 1);
  return isTiled && padding.every((n) => n === 0);
}

/** The shapes of the elements of all windows and of one number per window. */
function shapesOf([batch, channels, rows, columns]: Shape, { size }: PoolWindow) {
  const planes = batch! * channels!;
  return {
    elements: [planes, rows!, size[0], columns!, size[1]],
    windows: [planes, rows!, 1, columns!, 1],
    image: [batch!, channels!, rows! * size[0], columns! * size[1]],
  };
}

/** x [b×c×h×w] without the rest after the last windows, as elements of windows. */
function elementsOf(x: string, shape: Shape, pooled: Shape, window: PoolWindow, { graph }: LoweringContext): string {
  const { elements, image } = shapesOf(pooled, window);
  const whole =
    image[2] === shape[2] && image[3] === shape[3]
      ? x
      : graph.node("Slice", [x, graph.ints([0, 0]), graph.ints(image.slice(2)), graph.ints([2, 3])]);
  return graph.node("Reshape", [whole, graph.ints(elements)]);
}

/** Where the elements of windows are the first maximum, as booleans. */
function isFirst(indices: Value, window: PoolWindow, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const x = indices.inputs[0]!;
  const attributes = poolAttributes(window);
  const { elements, windows, image } = shapesOf(indices.shape, window);
  const perWindow = (name: string): string => graph.node("Reshape", [name, graph.ints(windows)]);
  const y = perWindow(graph.node("MaxPool", [nameOf(x)], { attributes }));
  const isMaximum = graph.node("Equal", [elementsOf(nameOf(x), x.shape, indices.shape, window, context), y]);
  const [height, width] = window.size;
  const fromEnd = Array.from({ length: height * width }, (_, k) => height * width - k);
  const order = graph.node("Mul", [
    castTo("float32", isMaximum, graph),
    graph.floats(fromEnd, [1, 1, height, 1, width]),
  ]);
  const first = graph.node("MaxPool", [graph.node("Reshape", [order, graph.ints(image)])], { attributes });
  return graph.node("Equal", [graph.node("Reshape", [order, graph.ints(elements)]), perWindow(first)]);
}

/** The sum over each window of z where the first maximum is. */
export function gatherSideBySide(value: Node<"poolGather">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [z, indices] = value.inputs as [Value, Value];
  const window = value.attributes;
  const elements = elementsOf(nameOf(z), z.shape, value.shape, window, context);
  const taken = graph.node("Where", [isFirst(indices, window, context), elements, graph.floats([0], [])]);
  const sum = graph.node("ReduceSum", [taken, graph.ints([2, 4])], { attributes: { keepdims: 0 } });
  return graph.node("Reshape", [sum, graph.ints(value.shape)]);
}

/** dy of each window at its first maximum, zeros elsewhere and in the rest. */
export function scatterSideBySide(value: Node<"poolScatter">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [dy, indices] = value.inputs as [Value, Value];
  const window = value.attributes;
  const { windows, image } = shapesOf(dy.shape, window);
  const slopes = graph.node("Reshape", [nameOf(dy), graph.ints(windows)]);
  const spread = graph.node("Where", [isFirst(indices, window, context), slopes, graph.floats([0], [])]);
  const dx = graph.node("Reshape", [spread, graph.ints(image)]);
  const rest = [2, 3].map((axis) => value.shape[axis]! - image[axis]!);
  return rest.every((n) => n === 0) ? dx : graph.node("Pad", [dx, graph.ints([0, 0, 0, 0, 0, 0, ...rest])]);
}
