import type { Node, OpName, Value } from "../graph/value.ts";
import type { OnnxGraph } from "../onnx/onnxGraph.ts";

/** What a lowering sees: the graph it writes to and the tensor names of values that are already there. */
export interface LoweringContext {
  readonly graph: OnnxGraph;
  /** The tensor that holds `value`. */
  nameOf(value: Value): string;
  /** Whether `value` has one use: a fusion of more would compute it again for the others. */
  usedOnce(value: Value): boolean;
  /** Whether a value of this primitive reads `value`. */
  isReadBy(value: Value, op: OpName): boolean;
  /** The tensor made for `key` before, or by `make` now: what several lowerings share. */
  memo(key: string, make: () => string): string;
  /** The values of the loop that gives `value`. */
  loopOf(value: Node<"scan">): readonly Node<"scan">[];
  /** Says which tensor holds a value that was written together with another. */
  define(value: Value, tensor: string): void;
  /** Writes what `values` need to the body `graph`, where `names` are the tensors of its leaves, and returns their tensors. */
  lowerBody(values: readonly Value[], graph: OnnxGraph, names: ReadonlyMap<Value, string>): readonly string[];
}
