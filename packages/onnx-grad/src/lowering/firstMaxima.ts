/**
 * Max-pool's positions where a runtime has none: for each element k of the window a mask that is 1 in the windows whose first
 * maximum it is (`sideBySide.ts` has a shorter form where windows tile the image).
 *
 *   left₀ = 1,  m_k = left_k·[x_k = y],  left_{k+1} = left_k − m_k      x_k: the k-th element of every window, row by row
 *
 * The gather of z by these positions is Σ_k m_k·z_k, the scatter of dy adds each m_k·dy at the pixels of the k-th elements.
 * A window with a NaN has no maximum: its last element takes what is left.
 */
import type { Node, PoolWindow, Shape, Value } from "../graph/value.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { gatherSideBySide, liesSideBySide, scatterSideBySide } from "./sideBySide.ts";
import { poolAttributes } from "./windowAttributes.ts";
import { addedAtPixels, elementsOf, type ImageShape, offsetsOf, type Sum } from "./windowElements.ts";

/** Every plane as an image of its own. */
const planesOf = ([batch, channels, height, width]: Shape): ImageShape => [batch! * channels!, height!, width!, 1];

const asPlanes = (name: string, shape: Shape, { graph }: LoweringContext): string =>
  graph.node("Reshape", [name, graph.ints(planesOf(shape))]);

/** The maxima themselves where x is what the positions were found in, else by the masks. */
export function gatherAtMaxima(value: Node<"poolGather">, sum: Sum, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [x, indices] = value.inputs as [Value, Value];
  const window = value.attributes;
  if (indices.inputs[0] === x) return graph.node("MaxPool", [nameOf(x)], { attributes: poolAttributes(window) });
  if (liesSideBySide(window)) return gatherSideBySide(value, context);
  const masks = masksOf(indices, window, context);
  const elementAt = elementsOf(asPlanes(nameOf(x), x.shape, context), planesOf(value.shape), window, 0, context);
  const terms = offsetsOf(window.size).map(([u, v], k) => graph.node("Mul", [masks[k]!, elementAt(u, v)]));
  return graph.node("Reshape", [sum(terms, context), graph.ints(value.shape)]);
}

export function scatterAtMaxima(value: Node<"poolScatter">, sum: Sum, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [dy, indices] = value.inputs as [Value, Value];
  const window = value.attributes;
  if (liesSideBySide(window)) return scatterSideBySide(value, context);
  const masks = masksOf(indices, window, context);
  const from = asPlanes(nameOf(dy), dy.shape, context);
  const takenBy = (u: number, v: number): string => graph.node("Mul", [from, masks[u * window.size[1] + v]!]);
  const dx = addedAtPixels(takenBy, planesOf(dy.shape), planesOf(value.shape), window, sum, context);
  return graph.node("Reshape", [dx, graph.ints(value.shape)]);
}

/** The masks of the elements of the window, each [b·c×rows×columns×1]. */
function masksOf(indices: Value, window: PoolWindow, context: LoweringContext): readonly string[] {
  const { graph, nameOf } = context;
  const x = indices.inputs[0]!;
  const maxima = graph.node("MaxPool", [nameOf(x)], { attributes: poolAttributes(window) });
  const y = asPlanes(maxima, indices.shape, context);
  const planes = planesOf(indices.shape);
  const elementAt = elementsOf(asPlanes(nameOf(x), x.shape, context), planes, window, -Infinity, context);
  const offsets = offsetsOf(window.size);
  let left = graph.floats([1], []);
  return offsets.map(([u, v], k) => {
    if (k === offsets.length - 1) {
      return offsets.length > 1 ? left : graph.node("Expand", [left, graph.ints(planes)]);
    }
    const isMaximum = castTo("float32", graph.node("Equal", [y, elementAt(u, v)]), graph);
    const mask = k === 0 ? isMaximum : graph.node("Mul", [left, isMaximum]);
    left = graph.node("Sub", [left, mask]);
    return mask;
  });
}
