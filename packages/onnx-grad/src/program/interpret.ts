/** A graph as a program of the interpreter: the same binding as a session of ONNX Runtime, without its 14 MB. */
import { typeError } from "../graph/errors.ts";
import { inputsByName } from "../graph/inputs.ts";
import { recordOf } from "../graph/recordOf.ts";
import { requireRecord } from "../graph/requirements.ts";
import { topological } from "../graph/topological.ts";
import type { Value } from "../graph/value.ts";
import { evaluator } from "../interpreter/evaluate.ts";
import { optimise } from "../rewrite/optimise.ts";
import { type Program, type ProgramArray, requireInput, requireOutput } from "./program.ts";

/**
 * A program that `evaluate` runs in float64; its outputs are rounded to float32 where they are written.
 *
 * For small networks, where nothing is to be loaded: in pages above all. Cost of a run: 1 to 5 ns per multiply-add, and some
 * microseconds per operation of the graph. The same bits wherever the host's exp, log and tanh are the same.
 *
 * @throws TypeError or RangeError as `compile` does for its outputs
 */
export function interpret(outputs: Readonly<Record<string, Value>>): Program {
  requireRecord("interpret", "outputs", outputs);
  for (const [name, { dtype }] of Object.entries(outputs)) {
    if (dtype !== "float32") throw typeError("interpret", `output "${name}"`, "must be float32", dtype);
  }
  const names = Object.keys(outputs);
  const values = optimise(Object.values(outputs));
  const results = evaluator("run", values, "float64");
  const inputs = recordOf(
    [...inputsByName("interpret", values)].map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
  const shapes = recordOf(Object.entries(outputs).map(([name, { shape }]) => [name, { shape }]));
  const feeds: Record<string, ProgramArray> = {};
  const targets = new Map<string, Float32Array>();
  return {
    inputs,
    outputs: shapes,
    nodeCounts: countsOf(values),
    transfers: { toDevice: 0, fromDevice: 0 },
    bindInput(name, data) {
      requireInput(inputs, name, data);
      feeds[name] = data;
    },
    bindOutput(name, data) {
      requireOutput(shapes, name, data);
      targets.set(name, data);
    },
    async run() {
      const computed = results(feeds);
      for (const [i, name] of names.entries()) targets.get(name)?.set(computed[i]!);
    },
    async close() {},
  };
}

/** Operations of a graph by name. */
function countsOf(values: readonly Value[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { op } of topological(values)) {
    if (op !== "input" && op !== "constant") counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return recordOf(counts);
}
