/** Gather and its adjoint. */
import { type Node, sizeOf, type Value } from "../graph/value.ts";
import { elementTypes } from "../onnx/modelProto.ts";
import type { OnnxGraph } from "../onnx/onnxGraph.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** The tensor `x` in another element type. */
export function castTo(type: keyof typeof elementTypes, x: string, graph: OnnxGraph): string {
  return graph.node("Cast", [x], { attributes: { to: elementTypes[type] } });
}

/** Integers as int64; negative ones by way of uint32, so that they are too large instead of counted from the end. */
function uncounted(x: string, { graph }: LoweringContext): string {
  return castTo("int64", castTo("uint32", x, graph), graph);
}

/** Indices as int64; constant ones have been checked. */
function positions(indices: Value, context: LoweringContext): string {
  return indices.op === "constant"
    ? context.graph.ints(indices.attributes.data, indices.shape)
    : uncounted(context.nameOf(indices), context);
}

/** Labels as int64 [… × 1]. */
export function labelColumn(labels: Value, context: LoweringContext): string {
  const { graph, nameOf } = context;
  return uncounted(graph.node("Reshape", [nameOf(labels), graph.ints([...labels.shape, 1])]), context);
}

export function lowerGather(value: Node<"gather">, context: LoweringContext): string {
  const [x, indices] = value.inputs;
  return context.graph.node("Gather", [context.nameOf(x!), positions(indices!, context)], {
    attributes: { axis: value.attributes.axis },
  });
}

/**
 * Over arrays seen as [outer × n × inner]. Equal indices must be added: ScatterElements is sequential and right where ScatterND
 * is neither.
 */
export function lowerScatterAdd(value: Node<"scatterAdd">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const [y, indices] = value.inputs;
  const { axis } = value.attributes;
  const [outer, inner] = [sizeOf(value.shape.slice(0, axis)), sizeOf(value.shape.slice(axis + 1))];
  const count = sizeOf(indices!.shape);
  // The axes as they are of a table of rows: a reshaping of an output is a copy.
  const isTable = axis === 0 && value.shape.length === 2;
  const [lead, at] = isTable ? [[], 0] : [[outer], 1];
  const zeros = graph.node("ConstantOfShape", [graph.ints([...lead, value.shape[axis]!, inner])]);
  const column = graph.node("Reshape", [positions(indices!, context), graph.ints([...lead.map(() => 1), count, 1])]);
  const everywhere = graph.node("Expand", [column, graph.ints([...lead, count, inner])]);
  const slices = graph.node("Reshape", [nameOf(y!), graph.ints([...lead, count, inner])]);
  const sums = graph.node("ScatterElements", [zeros, everywhere, slices], {
    attributes: { axis: at, reduction: "add" },
  });
  return isTable ? sums : graph.node("Reshape", [sums, graph.ints(value.shape)]);
}
