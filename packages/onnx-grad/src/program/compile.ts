/** A graph made ready to run: an ONNX Runtime session with its inputs and outputs bound to the caller's arrays. */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { inputsByName } from "../graph/inputs.ts";
import { recordOf } from "../graph/recordOf.ts";
import { optionRules, requireOptions, requireRecord, requireValues } from "../graph/requirements.ts";
import { topological } from "../graph/topological.ts";
import { type DType, type Shape, showShape, sizeOf, type Value } from "../graph/value.ts";
import { lowerGraph } from "../lowering/lowerGraph.ts";
import { inputTensor, outputTensor } from "../onnx/onnxGraph.ts";
import { layOutBatchLast } from "../rewrite/layOutBatchLast.ts";
import { optimise } from "../rewrite/optimise.ts";

/**
 * The parts of ONNX Runtime used here: pass the module `onnxruntime-node` or `onnxruntime-web`.
 *
 * @remarks From 1.30 on onnxruntime-node's Linux builds send telemetry to Microsoft unless `ORT_DISABLE_TELEMETRY=1` stands in
 * the environment when the first session is created. Set it in the shell, or in the main thread before the first session; a
 * worker thread's environment is a copy that native code does not see.
 */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32" | "int32", data: Float32Array | Int32Array, dims: readonly number[]) => Tensor;
}

/** Options of `compile`. */
export interface CompileOptions {
  readonly ort: OnnxRuntime;
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
  threads: optionRules.positiveInteger,
  inPlace: optionRules.flag,
  optimise: optionRules.flag,
  session: optionRules.record,
};

/** The contents of an input or output, row-major. */
export type ProgramArray = Float32Array | Int32Array;

/** A compiled graph. `inputs` are those that the outputs depend on. Bind every input and output once, then change the arrays' contents and `run`. */
export interface Program {
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly dtype: DType }>>;
  readonly outputs: Readonly<Record<string, { readonly shape: Shape }>>;
  /** Number of ONNX nodes by operator. */
  readonly nodeCounts: Readonly<Record<string, number>>;
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
const endOfRun = "end of run";

function endOfRunOnly(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith("Non tensor type"))) throw error;
}

/** The one error that data can cause, in words. */
function explained(error: unknown): never {
  if (!(error instanceof Error && error.message.includes("GatherElements"))) throw error;
  throw new RangeError("run: a label is outside 0 … number of classes − 1", { cause: error });
}

/**
 * Optimises and lowers `outputs`, creates a session and returns the program.
 *
 * Numbers below 1.2e-38 are flushed to zero, on Node in JavaScript's own arithmetic too from the first session on
 * (docs/decisions/denormals.md).
 *
 * Inputs and outputs may have any names, equal ones too.
 *
 * @throws TypeError if an output is not float32; RangeError for an input name with two shapes, or without outputs
 */
export async function compile(outputs: Readonly<Record<string, Value>>, options: CompileOptions): Promise<Program> {
  requireOptions("compile", options, rules);
  requireRecord("compile", "outputs", outputs);
  const values = Object.values(outputs);
  requireValues("compile", undefined, values);
  const { ort } = options;
  const names = Object.keys(outputs);
  if (names.length === 0) throw new RangeError("compile: there must be at least one output, got none");
  for (const [name, { dtype }] of Object.entries(outputs)) {
    if (dtype !== "float32") throw new TypeError(`compile: output "${name}" must be float32, got ${dtype}`);
  }
  const declared = inputsByName("compile", values);
  const laidOut = layOutBatchLast(options.optimise === false ? values : optimise(values));
  const graph = lowerGraph(laidOut.map((value, i) => [names[i]!, value]));
  if (options.inPlace) graph.emptySequence(endOfRun);
  const used = graph.usedInputs();
  const inputs = recordOf([...declared].filter(([name]) => used.has(name)));
  const session = await ort.InferenceSession.create(graph.serialise(), {
    executionMode: "sequential",
    enableMemPattern: bytesOf(laidOut) < largestPattern,
    // Errors of a run are thrown; the log would print them a second time.
    logSeverityLevel: 4,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    extra: {
      session: {
        // Vanishing softmax probabilities would make denormal numbers, which cost a hundred cycles each.
        set_denormal_as_zero: "1",
        // Long enough to wait for the next operator, short enough to leave the core to others after the last.
        intra_op: { spin_duration_us: "300" },
      },
    },
    ...options.session,
  });
  const feeds: Record<string, Tensor> = {};
  const targets = new Map<string, Float32Array>();
  const fetches: Record<string, Tensor | null> = options.inPlace ? { [endOfRun]: null } : {};
  const missing = new Set(Object.keys(inputs));
  let closed = false;

  function requireOpen(caller: string): void {
    if (closed) throw new Error(`${caller}: the program is closed`);
  }

  return {
    inputs: recordOf(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    outputs: recordOf(Object.entries(outputs).map(([name, { shape }]) => [name, { shape }])),
    nodeCounts: graph.counts(),
    bindInput(name, data) {
      requireOpen("bindInput");
      const wanted = inputs[name];
      if (wanted === undefined) throw unknownName("bindInput", "input", name, Object.keys(inputs));
      const fits = wanted.dtype === "int32" ? data instanceof Int32Array : data instanceof Float32Array;
      if (!fits || data.length !== sizeOf(wanted.shape)) {
        throw new RangeError(
          `bindInput: "${name}" takes ${sizeOf(wanted.shape)} ${wanted.dtype} numbers ${showShape(wanted.shape)}, got ${describeArray(data)}`,
        );
      }
      feeds[inputTensor(name)] = new ort.Tensor(wanted.dtype, data, wanted.shape);
      missing.delete(name);
    },
    bindOutput(name, data) {
      requireOpen("bindOutput");
      const wanted = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
      if (wanted === undefined) throw unknownName("bindOutput", "output", name, names);
      if (!(data instanceof Float32Array) || data.length !== sizeOf(wanted.shape)) {
        throw new RangeError(
          `bindOutput: "${name}" gives ${sizeOf(wanted.shape)} float32 numbers ${showShape(wanted.shape)}, got ${describeArray(data)}`,
        );
      }
      targets.set(outputTensor(name), data);
      fetches[outputTensor(name)] = options.inPlace ? new ort.Tensor("float32", data, wanted.shape) : null;
    },
    async run() {
      requireOpen("run");
      if (missing.size > 0) throw new Error(`run: inputs not bound: ${[...missing].join(", ")}`);
      if (targets.size === 0) throw new Error(`run: no output is bound, known are ${names.join(", ")}`);
      if (options.inPlace) {
        await session.run(feeds, fetches).catch(endOfRunOnly).catch(explained);
        return;
      }
      const results = await session.run(feeds, fetches).catch(explained);
      for (const [tensor, target] of targets) target.set(results[tensor]!.data as Float32Array);
    },
    async close() {
      if (closed) return;
      closed = true;
      await session.release();
    },
  };
}

function unknownName(caller: string, what: string, name: string, known: readonly string[]): RangeError {
  return new RangeError(`${caller}: no ${what} "${name}", known are ${known.join(", ")}`);
}

/** `784 in a Float64Array`, for messages. */
function describeArray(data: unknown): string {
  return ArrayBuffer.isView(data) || Array.isArray(data)
    ? `${(data as ArrayLike<unknown>).length} in a ${data.constructor.name}`
    : String(data);
}

/**
 * With a memory pattern ONNX Runtime lays out all tensors in one block, a second time beside the one of the first run. Below
 * this many bytes of values that saves time at no cost worth naming; for All-CNN it saved 3 % and took 1.4 GB.
 */
const largestPattern = 2 ** 28;

/** The size of every value of a graph, inputs included. */
function bytesOf(outputs: readonly Value[]): number {
  return topological(outputs).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}
