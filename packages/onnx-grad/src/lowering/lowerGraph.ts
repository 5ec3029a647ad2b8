/** Turns symbolic values into the ONNX nodes that ONNX Runtime runs fastest. */
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
  const order = topological(outputs.map(([, value]) => value));
  const numUses = usesOf(order, outputs);
  const names = new Map<Value, string>();
  const shared = new Map<string, string>();
  const context: LoweringContext = {
    graph,
    nameOf(value) {
      const name = names.get(value);
      if (name === undefined) throw new Error(`lowerGraph: a ${value.op} is used before it is computed`);
      return name;
    },
    usedOnce: (value) => numUses.get(value) === 1,
    memo(key, make) {
      const name = shared.get(key) ?? make();
      shared.set(key, name);
      return name;
    },
  };
  for (const value of order) {
    names.set(value, fused(value, dialect, context) ?? dispatch(dialect.primitives, value, context));
  }
  for (const [name, value] of outputs) {
    graph.output(name, context.nameOf(value), value.shape);
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
function usesOf(order: readonly Value[], outputs: NamedOutputs): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value): unknown => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of order) inputs.forEach(count);
  for (const [, value] of outputs) count(value);
  return uses;
}
