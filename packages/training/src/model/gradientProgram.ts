/** The program of a network's loss and gradient: of the batch as a whole, or of parts of it on threads of their own. */
import {
  type BatchedProgram,
  batchedProgram,
  type CompileOptions,
  compileScattered,
  constant,
  type Device,
  mul,
  type Program,
  programOfParts,
  type Value,
} from "onnx-grad";
import type { Network } from "onnx-grad/layers";
import type { Task } from "../tasks/task.ts";
import { compileGraph } from "./compileGraph.ts";
import type { Platform } from "./platform.ts";

/** Outputs by name. */
type Outputs = Readonly<Record<string, Value>>;

/** What a gradient is computed of and by. */
export interface GradientProgramOptions {
  readonly platform: Platform;
  readonly device: Device;
  readonly threads: number | undefined;
  readonly session: NonNullable<CompileOptions["session"]>;
  readonly task: Task;
  /** The network of a batch size. */
  build(batch: number): Network;
  /** What is computed: the loss of a task, its gradients, and states after the window. */
  outputsOf(network: Network, task: Task): Outputs;
}

/** Loss, gradients and states, compiled for each batch size at its first use. */
export function gradientProgram(options: GradientProgramOptions): BatchedProgram<string> {
  const { build, outputsOf, task, platform, device, session, threads = platform.cores } = options;
  const compile = (outputs: Outputs, each: number | undefined): Promise<Program> =>
    compileGraph(outputs, { platform, device, threads: each, inPlace: true, session });
  const whole = (batch: number): Outputs => outputsOf(build(batch), task);
  if (device !== "cpu" || !platform.inPlace)
    return batchedProgram(whole, (outputs) => compile(outputs, options.threads));
  return batchedProgram(whole, (outputs, batch) =>
    compileScattered(outputs, async (scattered, inForm) => {
      const numParts = task.name === "sequence" ? partsOf(build(batch), batch, threads) : 1;
      if (numParts === 1) return compile(scattered, options.threads);
      const part = inForm(outputsOf(build(batch / numParts), shareOf(task, numParts)));
      const parts: Program[] = [];
      for (let i = 0; i < numParts; i++) parts.push(await compile(part, Math.floor(threads / numParts)));
      return programOfParts({ whole: scattered, parts, compile: (sums) => compile(sums, options.threads) });
    }),
  );
}

/** The task whose losses of `numParts` equal parts of a batch add to the mean over the batch. */
function shareOf(task: Task, numParts: number): Task {
  return { ...task, loss: (logits, targets) => mul(task.loss(logits, targets), constant(1 / numParts)) };
}

/** Node computes four programs at the same time. */
const mostParts = 4;

/** With fewer rows a product of matrices spends its time on fetching the second. */
const fewestRows = 8;

/** Above this many units the matrix of a step does not fit into a core's cache, and threads share one better. */
const mostUnits = 256;

/**
 * How many parts of its rows a batch is computed in. Loops over the steps of a sequence have many operations too small for several
 * threads; a mean over rows that do not depend on each other can be computed in parts.
 */
function partsOf({ carried, batchStatistics }: Network, batch: number, threads: number): number {
  if (carried.length === 0 || batchStatistics.length > 0) return 1;
  if (carried.some(({ initial }) => initial.shape.at(-1)! > mostUnits)) return 1;
  for (let parts = Math.min(threads, mostParts); parts > 1; parts--) {
    if (batch % parts === 0 && batch / parts >= fewestRows) return parts;
  }
  return 1;
}
