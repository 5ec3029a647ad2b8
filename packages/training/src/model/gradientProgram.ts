/** The program of a network's loss and gradient. */
import {
  type BatchedProgram,
  batchedProgram,
  type CompileOptions,
  compileScattered,
  type Device,
  type Program,
  type Value,
} from "onnx-grad";
import type { Network } from "onnx-grad/layers";
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
  /** The network of a batch size. */
  build(batch: number): Network;
  /** What is computed: the loss, its gradients, and states after the window. */
  outputsOf(network: Network): Outputs;
}

/** Loss, gradients and states, compiled for each batch size at its first use. On the processor the host adds the rows of tables. */
export function gradientProgram(options: GradientProgramOptions): BatchedProgram<string> {
  const { build, outputsOf, platform, device, threads, session } = options;
  const compile = (outputs: Outputs): Promise<Program> =>
    compileGraph(outputs, { platform, device, threads, inPlace: true, session });
  return batchedProgram(
    (batch) => outputsOf(build(batch)),
    device === "cpu" && platform.inPlace ? (outputs) => compileScattered(outputs, compile) : compile,
  );
}
