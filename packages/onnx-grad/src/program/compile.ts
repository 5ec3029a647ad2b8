/** A graph made ready to run: optimised, lowered to ONNX, and loaded into ONNX Runtime. */

import type { InferenceSession } from "onnxruntime-common";
import { rangeError, typeError } from "../graph/errors.ts";
import { inputsByName } from "../graph/inputs.ts";
import { recordOf } from "../graph/recordOf.ts";
import { optionRules, requireOptions, requireRecord, requireValues } from "../graph/requirements.ts";
import type { Value } from "../graph/value.ts";
import { type Device, dialects } from "../lowering/dialects.ts";
import { lowerGraph } from "../lowering/lowerGraph.ts";
import { type OnnxGraph, onnxGraph } from "../onnx/onnxGraph.ts";
import { optimise } from "../rewrite/optimise.ts";
import type { OnnxRuntime } from "./onnxRuntime.ts";
import { packedOutputs } from "./packedOutputs.ts";
import { endOfRun, type Program, programOf } from "./program.ts";
import { sessionOptions } from "./sessionOptions.ts";
import { withoutForm } from "./withoutForm.ts";

/** Options of `compile`. */
export interface CompileOptions {
  readonly ort: OnnxRuntime;
  /**
   * What the program runs on. Default `cpu`. With `webgpu` every node runs on the graphics processor, none silently on the
   * processor; `ort` must have the provider (onnxruntime-node, onnxruntime-web/webgpu).
   */
  readonly device?: Device;
  /** Threads of one operation; ONNX Runtime's default (the cores) when absent. Results are bit-identical at a fixed number. */
  readonly threads?: number;
  /**
   * Outputs are written to the bound arrays by the runtime itself and nothing is copied or allocated at a run. Asks for
   * onnxruntime-node (docs/decisions/outputs-in-place.md). Default false: every output is copied once.
   */
  readonly inPlace?: boolean;
  /** Whether the graph is rewritten by `optimise` first. Default true. */
  readonly optimise?: boolean;
  /** More session options, such as `executionProviders` or `enableProfiling`. */
  readonly session?: InferenceSession.SessionOptions;
}

const rules = {
  ort: { ...optionRules.record, required: true as const },
  device: { rule: "cpu or webgpu", holds: (value: unknown) => Object.hasOwn(dialects, String(value)) },
  threads: optionRules.positiveInteger,
  inPlace: optionRules.flag,
  optimise: optionRules.flag,
  session: optionRules.record,
};

/**
 * Optimises and lowers `outputs`, creates a session and returns the program.
 *
 * Numbers below 1.2e-38 are flushed to zero, on Node in JavaScript's own arithmetic too from the first session on
 * (docs/decisions/denormals.md).
 *
 * Inputs and outputs may have any names, equal ones too.
 *
 * @throws TypeError if an output is not float32; RangeError for an input name with two shapes, without outputs, or that
 *   names the operation that has no form on the device
 */
export async function compile(outputs: Readonly<Record<string, Value>>, options: CompileOptions): Promise<Program> {
  requireOptions("compile", options, rules);
  const values = valuesOf(outputs);
  const { ort, device = "cpu", inPlace = false } = options;
  if (inPlace && device !== "cpu") {
    throw rangeError("compile", "inPlace", `must be false on ${device}, whose outputs are copied`, inPlace);
  }
  const declared = inputsByName("compile", values);
  const dialect = dialects[device];
  const rewritten = options.optimise === false ? values : optimise(values);
  const laidOut = dialect.layOut?.(rewritten) ?? rewritten;
  const names = Object.keys(outputs);
  const packed = device === "cpu" || names.length === 1 ? null : packedOutputs(names, laidOut);
  const graph = onnxGraph();
  lowerGraph(
    packed === null ? laidOut.map((value, i) => [names[i]!, value]) : [["packed", packed.vector]],
    dialect,
    graph,
  );
  if (inPlace) graph.emptySequence(endOfRun);
  const used = graph.usedInputs();
  const inputs = [...declared].filter(([name]) => used.has(name));
  const create = (of: OnnxGraph): Promise<InferenceSession> =>
    ort.InferenceSession.create(of.serialise(), sessionOptions(laidOut, device, options));
  const session = await create(graph).catch(async (error) => {
    const computed = packed === null ? laidOut : [packed.vector];
    throw await withoutForm(error, computed, dialect, async (of) => (await create(of)).release());
  });
  const compiled = {
    session,
    device,
    inputs: recordOf(inputs.map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    outputs: recordOf(Object.entries(outputs).map(([name, { shape }]) => [name, { shape }])),
    nodeCounts: graph.counts(),
    inPlace,
    packed,
  };
  return programOf(compiled, ort.Tensor);
}

/** @throws TypeError or RangeError unless there are outputs, all values of `float32` */
function valuesOf(outputs: Readonly<Record<string, Value>>): Value[] {
  requireRecord("compile", "outputs", outputs);
  const values = Object.values(outputs);
  requireValues("compile", undefined, values);
  if (values.length === 0) throw rangeError("compile", "", "there must be at least one output", outputs, "none");
  for (const [name, { dtype }] of Object.entries(outputs)) {
    if (dtype !== "float32") throw typeError("compile", `output "${name}"`, "must be float32", dtype);
  }
  return values;
}
