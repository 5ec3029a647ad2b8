/** A session of ONNX Runtime with its inputs and outputs bound to the caller's arrays. */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { detailed, rangeError } from "../graph/errors.ts";
import { type DType, type Shape, showShape, sizeOf } from "../graph/value.ts";
import type { Device } from "../lowering/dialects.ts";
import { inputTensor, outputTensor } from "../onnx/onnxGraph.ts";
import type { OnnxRuntime } from "./onnxRuntime.ts";
import type { PackedOutputs } from "./packedOutputs.ts";

/** The contents of an input or output, row-major. */
export type ProgramArray = Float32Array | Int32Array;

/** Bytes that a run copies; none where the processor computes. */
export interface Transfers {
  readonly toDevice: number;
  readonly fromDevice: number;
}

/** A compiled graph. `inputs` are those that the outputs depend on. Bind every input and output once, then change the arrays' contents and `run`. */
export interface Program {
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly dtype: DType }>>;
  readonly outputs: Readonly<Record<string, { readonly shape: Shape }>>;
  /** Number of ONNX nodes by operator. */
  readonly nodeCounts: Readonly<Record<string, number>>;
  /** What each run copies between processor and device. */
  readonly transfers: Transfers;
  /** `data` is read at every run without a copy; it must not move (a memory that grows detaches its views). */
  bindInput(name: string, data: ProgramArray): void;
  /** `data` is written at every run; with `inPlace` it must not move either. */
  bindOutput(name: string, data: Float32Array): void;
  /** Computes every bound output from the inputs as they are now. */
  run(): Promise<void>;
  /** Frees the session; nothing but `close` may be called afterwards. */
  close(): Promise<void>;
}

/**
 * An output that JavaScript cannot hold, in front of the others.
 *
 * onnxruntime-node writes pre-allocated outputs where they belong and then makes a copy of each for its result. A sequence
 * of tensors ends that at the first output with the error below: everything is computed and nothing is copied.
 */
export const endOfRun = "end of run";

function endOfRunOnly(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith("Non tensor type"))) throw error;
}

/** The errors that data can cause, in words. */
function explained(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const name = dataOf(error.message);
  if (name === undefined) throw error;
  const rule = name === "labels" ? "a label is outside 0 … number of classes − 1" : "an index is outside 0 … size − 1";
  const dataError = new RangeError(`run: ${rule}`, { cause: error });
  throw detailed(dataError, { code: "out-of-range", path: "run", name, rule });
}

/** Which data an error of ONNX Runtime complains of, if of any. */
function dataOf(message: string): "labels" | "indices" | undefined {
  if (message.includes("GatherElements")) return "labels";
  return message.includes("indices element out of data bounds") ? "indices" : undefined;
}

/** A session and what is known of its graph. */
export interface CompiledGraph extends Pick<Program, "inputs" | "outputs" | "nodeCounts"> {
  readonly session: InferenceSession;
  readonly device: Device;
  /** Whether the outputs are written in place; `endOfRun` is then the first output. */
  readonly inPlace: boolean;
  /** Where the outputs lie in the one that the session has instead of them; null where it has each. */
  readonly packed: PackedOutputs | null;
}

/** The program of a session, nothing bound yet. */
export function programOf(compiled: CompiledGraph, Tensor: OnnxRuntime["Tensor"]): Program {
  const { session, device, inputs, outputs, nodeCounts, inPlace, packed } = compiled;
  const feeds: Record<string, Tensor> = {};
  const targets = new Map<string, Float32Array>();
  const fetches: Record<string, Tensor | null> = inPlace ? { [endOfRun]: null } : {};
  if (packed !== null) fetches[outputTensor(packed.name)] = null;
  const missing = new Set(Object.keys(inputs));
  let closed = false;

  function requireOpen(caller: string): void {
    if (closed) throw new Error(`${caller}: the program is closed`);
  }

  return {
    inputs,
    outputs,
    nodeCounts,
    transfers:
      device === "cpu" ? { toDevice: 0, fromDevice: 0 } : { toDevice: bytesOf(inputs), fromDevice: bytesOf(outputs) },
    bindInput(name, data) {
      requireOpen("bindInput");
      const { shape, dtype } = requireInput(inputs, name, data);
      feeds[inputTensor(name)] = new Tensor(dtype, data, shape);
      missing.delete(name);
    },
    bindOutput(name, data) {
      requireOpen("bindOutput");
      const { shape } = requireOutput(outputs, name, data);
      targets.set(name, data);
      if (packed === null) fetches[outputTensor(name)] = inPlace ? new Tensor("float32", data, shape) : null;
    },
    async run() {
      requireOpen("run");
      if (missing.size > 0) throw new Error(`run: inputs not bound: ${[...missing].join(", ")}`);
      if (targets.size === 0) throw new Error(`run: no output is bound, known are ${Object.keys(outputs).join(", ")}`);
      if (inPlace) {
        await session.run(feeds, fetches).catch(endOfRunOnly).catch(explained);
        return;
      }
      const results = await session.run(feeds, fetches).catch(explained);
      const numbersOf = (tensor: string): Float32Array => results[outputTensor(tensor)]!.data as Float32Array;
      for (const [name, target] of targets) {
        const part = packed?.parts.get(name);
        target.set(
          part === undefined ? numbersOf(name) : numbersOf(packed!.name).subarray(part.offset, part.offset + part.size),
        );
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await session.release();
    },
  };
}

/** All elements have 4 bytes. */
function bytesOf(arrays: Readonly<Record<string, { readonly shape: Shape }>>): number {
  return Object.values(arrays).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}

/** What the input `name` takes. @throws RangeError unless there is one and the array fits */
export function requireInput(inputs: Program["inputs"], name: string, data: ProgramArray): Program["inputs"][string] {
  const wanted = inputs[name];
  if (wanted === undefined) throw unknownName("bindInput", "input", name, Object.keys(inputs));
  const { shape, dtype } = wanted;
  const fits = dtype === "int32" ? data instanceof Int32Array : data instanceof Float32Array;
  requireSize("bindInput", name, `takes ${sizeOf(shape)} ${dtype} numbers`, fits, shape, data);
  return wanted;
}

/** What the output `name` gives. @throws RangeError unless there is one and the array fits */
export function requireOutput(
  outputs: Program["outputs"],
  name: string,
  data: Float32Array,
): Program["outputs"][string] {
  const wanted = outputs[name];
  if (wanted === undefined) throw unknownName("bindOutput", "output", name, Object.keys(outputs));
  const { shape } = wanted;
  const fits = data instanceof Float32Array;
  requireSize("bindOutput", name, `gives ${sizeOf(shape)} float32 numbers`, fits, shape, data);
  return wanted;
}

function unknownName(caller: string, what: string, name: string, known: readonly string[]): RangeError {
  const rule = `no ${what} "${name}", known are ${known.join(", ")}`;
  return detailed(new RangeError(`${caller}: ${rule}`), { code: "unknown-option", path: caller, name, rule });
}

/** @throws RangeError unless the type `fits` and the array has a number for each element */
function requireSize(
  caller: string,
  name: string,
  rule: string,
  fits: boolean,
  shape: Shape,
  data: ProgramArray,
): void {
  if (fits && data.length === sizeOf(shape)) return;
  throw rangeError(caller, `"${name}"`, `${rule} ${showShape(shape)}`, data, describeArray(data));
}

/** `784 in a Float64Array`, for messages. */
function describeArray(data: unknown): string {
  return ArrayBuffer.isView(data) || Array.isArray(data)
    ? `${(data as ArrayLike<unknown>).length} in a ${data.constructor.name}`
    : String(data);
}
