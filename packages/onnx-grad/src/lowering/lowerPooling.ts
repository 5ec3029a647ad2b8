/** Pooling and its adjoints; positions are those of MaxPool's second output, in the whole flattened tensor. */
import { type Node, sizeOf } from "../graph/value.ts";
import { extent, overlaps } from "../ops/window.ts";
import type { LoweringContext } from "./loweringContext.ts";
import { scatterByMasks, suitsMasks } from "./poolMasks.ts";
import { poolAttributes } from "./windowAttributes.ts";

/** The maxima themselves where x is what the positions were found in, else a gather. */
export function lowerPoolGather(value: Node<"poolGather">, { graph, nameOf, usedOnce }: LoweringContext): string {
  const [x, indices] = value.inputs;
  if (indices!.op === "maxPoolIndices" && indices!.inputs[0] === x) {
    // Without positions, where nothing else asks for them, MaxPool is many times faster.
    if (usedOnce(indices!) || suitsMasks(value.attributes, x!.shape))
      return graph.node("MaxPool", [nameOf(x!)], { attributes: poolAttributes(value.attributes) });
    return nameOf(indices!).replace(/\.1$/, "");
  }
  const flat = graph.node("Reshape", [nameOf(x!), graph.ints([-1])]);
  return graph.node("Gather", [flat, nameOf(indices!)]);
}

export function lowerPoolScatter(value: Node<"poolScatter">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [y, indices] = value.inputs;
  if (suitsMasks(value.attributes, value.shape)) return scatterByMasks(value, context);
  if (!overlaps(value.attributes.size, value.attributes)) {
    return graph.node("MaxUnpool", [nameOf(y!), nameOf(indices!), graph.ints(value.shape)], {
      attributes: poolAttributes(value.attributes),
    });
  }
  // Duplicate positions must be added: ScatterElements is sequential and right where ScatterND is neither.
  const size = sizeOf(value.shape);
  const zeros = graph.node("Expand", [graph.floats([0], [1]), graph.ints([size])]);
  const flat = (name: string): string => graph.node("Reshape", [name, graph.ints([-1])]);
  const sums = graph.node("ScatterElements", [zeros, flat(nameOf(indices!)), flat(nameOf(y!))], {
    attributes: { axis: 0, reduction: "add" },
  });
  return graph.node("Reshape", [sums, graph.ints(value.shape)]);
}

/** The mean over each window, zeros outside the image; AveragePool of operator set 18 has no dilation, a convolution has. */
export function lowerAveragePool(value: Node<"averagePool">, { graph, nameOf }: LoweringContext): string {
  const [x] = value.inputs;
  const { size, padding, dilation } = value.attributes;
  const attributes = poolAttributes(value.attributes);
  if (dilation.some((n) => n > 1)) {
    const planes = graph.node("Reshape", [nameOf(x!), graph.ints([-1, 1, ...x!.shape.slice(2)])]);
    const means = graph.node("Conv", [planes, graph.floats(meanKernel(size), [1, 1, ...size])], { attributes });
    return graph.node("Reshape", [means, graph.ints(value.shape)]);
  }
  const counted = padding.some((n) => n > 0) ? { count_include_pad: 1 } : {};
  return graph.node("AveragePool", [nameOf(x!)], { attributes: { ...attributes, ...counted } });
}

function meanKernel(size: readonly [number, number]): number[] {
  return new Array(size[0] * size[1]).fill(1 / (size[0] * size[1]));
}

/** Each element spread over its window: a depthwise transposed convolution with a constant kernel. */
export function lowerAveragePoolGradient(
  value: Node<"averagePoolGradient">,
  { graph, nameOf }: LoweringContext,
): string {
  const [dy] = value.inputs;
  const { size, stride, padding } = value.attributes;
  const kernel = graph.floats(meanKernel(size), [1, 1, ...size]);
  const planes = graph.node("Reshape", [nameOf(dy!), graph.ints([-1, 1, ...dy!.shape.slice(2)])]);
  // How far the last window reaches beyond the image; less than 0 where it ends before.
  const [below, right] = ([0, 1] as const).map((axis) => {
    const lastStart = (dy!.shape[2 + axis]! - 1) * stride[axis] - padding[axis];
    return lastStart + extent(size, value.attributes, axis) - value.shape[2 + axis]!;
  }) as [number, number];
  const cut = [padding[0], padding[1], Math.max(below, 0), Math.max(right, 0)] as const;
  const spread = graph.node("ConvTranspose", [planes, kernel], {
    attributes: poolAttributes({ ...value.attributes, padding: cut }),
  });
  const rest = [Math.max(-below, 0), Math.max(-right, 0)];
  const padded = rest.every((n) => n === 0)
    ? spread
    : graph.node("Pad", [spread, graph.ints([0, 0, 0, 0, 0, 0, ...rest])]);
  return graph.node("Reshape", [padded, graph.ints(value.shape)]);
}
