/** Turns symbolic values into the ONNX nodes that ONNX Runtime runs fastest. */
import { loopsOf } from "../graph/bodies.ts";
import { topological } from "../graph/topological.ts";
import { dispatch, type Value } from "../graph/value.ts";
import type { OnnxGraph } from "../onnx/onnxGraph.ts";
import type { Dialect } from "./dialect.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** Outputs by name, in order. */
export type NamedOutputs = readonly (readonly [name: string, value: Value])[];

/**
 * Writes nodes that compute `outputs` to `graph`, and the outputs; returns the tensor of each value.
 *
 * Each value is written by the first fusion of the dialect that matches it, or as its primitive; nodes that no output needs
 * in the end (the inner values of a fusion) are dropped.
 */
export function lowerGraph(outputs: NamedOutputs, dialect: Dialect, graph: OnnxGraph): ReadonlyMap<Value, string> {
  const values = outputs.map(([, value]) => value);
  const names = lowerValues(values, dialect, graph, new Map());
  for (const [name, value] of outputs) graph.output(name, names.get(value)!, value.shape);
  return names;
}

/** The tensors of all values that `roots` depend on; `known` ones are there. */
function lowerValues(
  roots: readonly Value[],
  dialect: Dialect,
  graph: OnnxGraph,
  known: ReadonlyMap<Value, string>,
): ReadonlyMap<Value, string> {
  const order = topological(roots);
  const numUses = usesOf(order, roots);
  const loops = loopsOf(order);
  const names = new Map<Value, string>(known);
  const shared = new Map<string, string>();
  const nameOf = (value: Value): string => {
    const name = names.get(value);
    if (name === undefined) throw new Error(`lowerGraph: a ${value.op} is used before it is computed`);
    return name;
  };
  const context: LoweringContext = {
    graph,
    nameOf,
    usedOnce: (value) => numUses.get(value) === 1,
    isReadBy: (value, op) => order.some((reader) => reader.op === op && reader.inputs.includes(value)),
    memo(key, make) {
      const name = shared.get(key) ?? make();
      shared.set(key, name);
      return name;
    },
    loopOf: (value) => loops.get(value)!,
    define: (value, tensor) => void names.set(value, tensor),
    lowerBody(values, inner, leaves) {
      const tensors = lowerValues(values, dialect, inner, leaves);
      return values.map((value) => tensors.get(value)!);
    },
  };
  for (const value of order) {
    if (names.has(value)) continue;
    names.set(value, fused(value, dialect, context) ?? dispatch(dialect.primitives, value, context));
  }
  return names;
}

/** The tensor of the first fusion that matches, or undefined. */
function fused(value: Value, { fusions }: Dialect, context: LoweringContext): string | undefined {
  for (const fusion of fusions) {
    const name = fusion(value, context);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** How often each value is read, by other values or as an output. */
function usesOf(order: readonly Value[], roots: readonly Value[]): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value): unknown => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of order) inputs.forEach(count);
  roots.forEach(count);
  return uses;
}
