/** Pooling and its adjoints; positions are those of MaxPool's second output, in the whole flattened tensor. */
import { type Node, type PoolWindow, sizeOf } from "../graph/value.ts";
import type { OnnxAttribute } from "../onnx/onnxGraph.ts";
import type { LoweringContext } from "./loweringContext.ts";

export function poolAttributes(window: PoolWindow): Record<string, OnnxAttribute> {
  return { kernel_shape: window.size, strides: window.stride };
}

/** Whether some position may lie in two windows. */
function overlaps({ size, stride }: PoolWindow): boolean {
  return stride[0] < size[0] || stride[1] < size[1];
}

/** The maxima themselves where x is what the positions were found in, else a gather. */
export function lowerPoolGather(value: Node<"poolGather">, { graph, nameOf }: LoweringContext): string {
  const [x, indices] = value.inputs;
  if (indices!.op === "maxPoolIndices" && indices!.inputs[0] === x) return nameOf(indices!).replace(/\.1$/, "");
  const flat = graph.node("Reshape", [nameOf(x!), graph.ints([-1])]);
  return graph.node("Gather", [flat, nameOf(indices!)]);
}

export function lowerPoolScatter(value: Node<"poolScatter">, { graph, nameOf }: LoweringContext): string {
  const [y, indices] = value.inputs;
  if (!overlaps(value.attributes)) {
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

/** Each element spread over its window: a depthwise transposed convolution with a constant kernel. */
export function lowerAveragePoolGradient(
  value: Node<"averagePoolGradient">,
  { graph, nameOf }: LoweringContext,
): string {
  const [dy] = value.inputs;
  const { size, stride } = value.attributes;
  const [batch, channels, height, width] = value.shape as [number, number, number, number];
  const [, , rows, columns] = dy!.shape as [number, number, number, number];
  const scale = 1 / (size[0] * size[1]);
  const kernel = graph.floats(new Array(size[0] * size[1]).fill(scale), [1, 1, ...size]);
  const planes = graph.node("Reshape", [nameOf(dy!), graph.ints([batch * channels, 1, rows, columns])]);
  const rest = [height - ((rows - 1) * stride[0] + size[0]), width - ((columns - 1) * stride[1] + size[1])];
  const spread = graph.node("ConvTranspose", [planes, kernel], { attributes: poolAttributes(value.attributes) });
  const padded = rest.every((n) => n === 0)
    ? spread
    : graph.node("Pad", [spread, graph.ints([0, 0, 0, 0, 0, 0, ...rest])]);
  return graph.node("Reshape", [padded, graph.ints(value.shape)]);
}
