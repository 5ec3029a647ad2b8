/** The paper's networks, or a user's own, made ready to train on ONNX Runtime: a `TrainableModel`. */
import { type KnownOptions, requireKnownOptions, sharedMemory, type VectorMemory } from "entropy-sgd";
import { normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { normalsWorker } from "entropy-sgd/workers";
import { type BatchedProgram, type CompileOptions, sizeOf, type Value } from "onnx-grad";
import { initialiseInto, type Network } from "onnx-grad/layers";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { classification } from "../tasks/classification.ts";
import type { TargetSpec, Task } from "../tasks/task.ts";
import { bindParameters } from "./bindParameters.ts";
import { carriedArrays, statesAfter } from "./carriedArrays.ts";
import { chooseDevice, type DeviceChoice } from "./chooseDevice.ts";
import { evaluationPrograms } from "./evaluationPrograms.ts";
import { gradientProgram } from "./gradientProgram.ts";
import { lossAndGradients } from "./lossAndGradients.ts";
import type { Platform } from "./platform.ts";
import type { TrainableModel } from "./trainableModel.ts";

/** Options of `compileNetwork`. */
export interface CompileNetworkOptions {
  readonly platform: Platform;
  /** What the network runs on; `cpu` when absent. With `auto` the graphics processor where there is one. */
  readonly device?: DeviceChoice;
  /** What is learnt; classification when absent. */
  readonly task?: Task;
  /** Examples per gradient; 128 when absent. */
  readonly batchSize?: number;
  /** Dropout rate of the network's dropout layers; 0 when absent. */
  readonly dropout?: number;
  /** Parameters by name whose gradient is not computed and is 0; none when absent. Groups of the optimizer keep them where they are. */
  readonly isFrozen?: (name: string) => boolean;
  /**
   * Threads of one operation; the cores when absent. Results repeat to the bit for a fixed number. With more than one, a
   * further thread draws the noise of the next step while none of these works.
   */
  readonly threads?: number;
  /** Vectors that the memory has room for: the gradient and those of the optimizer's state; 12 when absent. */
  readonly numVectors?: number;
  /** More session options of the training graph, such as `enableProfiling`; `close` writes the profile. */
  readonly session?: NonNullable<CompileOptions["session"]>;
}

const known: KnownOptions<CompileNetworkOptions> = {
  platform: true,
  device: true,
  task: true,
  batchSize: true,
  dropout: true,
  isFrozen: true,
  threads: true,
  numVectors: true,
  session: true,
};

/** Enough for the gradient and the state of every optimizer without replicas. */
const usualNumVectors = 12;

/**
 * Builds the network's loss and gradient, compiles them, and lays out one memory for parameters, gradient, optimizer
 * state and mini-batch, which the engine and the kernels share.
 *
 * @throws TypeError for an unknown option; InputError for a device that is not there, for more threads than the cores can
 *   use, and where the runtime cannot be loaded or the network does not give one logit per class
 */
export async function compileNetwork(spec: NetworkSpec, options: CompileNetworkOptions): Promise<TrainableModel> {
  requireKnownOptions("compileNetwork", known, options);
  const { platform, task = classification(), batchSize = 128, dropout = 0, threads, session = {} } = options;
  const { isFrozen = () => false } = options;
  const device = await chooseDevice(platform, options.device);
  const inputShape = [batchSize, ...spec.inputShape];
  const build = (batch: number): Network => buildSpec(spec, { mode: "training", batch, dropout, carriesState: true });
  const network = build(batchSize);
  const { numParams, parameters } = network;
  const targetSpec = task.targetsOf(spec.outputShape);
  const outputsOf = (of: Network) => gradientOutputs(of, isFrozen, task);
  const program = gradientProgram({ platform, device, threads, session, build, outputsOf });
  const { nodeCounts, transfers } = await program.at(batchSize);

  const { numVectors = usualNumVectors } = options;
  const memory = sharedMemory(arenaBytes(network, inputShape, targetSpec, numVectors));
  const { spawnWorker, cores } = platform;
  const ahead = spawnWorker !== null && (threads ?? cores) > 1 ? normalsWorker(numParams, spawnWorker) : null;
  memory.useNormals(ahead);
  // While a device computes, the processor's cores are free.
  const paused = device === "cpu" ? ahead : null;
  const batch = batchArrays(memory, network, inputShape, targetSpec);
  bindBatch(program, batch);
  const lossOut = new Float32Array(1);
  program.bindOutput("loss", lossOut);
  const bindInputs = bindParameters(parameters, program.bindInput);
  const moving = trained(network, isFrozen).parameters;
  const bindOutputs = bindParameters(moving, (name, data) => program.bindOutput(`${name}.gradient`, data));

  const evaluation = evaluationPrograms(spec, { platform, device, task, dropout, threads });
  return {
    name: spec.name,
    device,
    numParams,
    batchSize,
    inputShape: spec.inputShape,
    outputShape: spec.outputShape,
    task,
    layout: parameters.map(({ block }) => block),
    memory,
    initialParams: (seed) => initialParams(network, seed),
    ...batch,
    async lossAndGradient(params, out) {
      bindInputs(params);
      bindOutputs(out);
      if (moving.length < parameters.length) fillFrozen(out, parameters, isFrozen);
      paused?.pause();
      try {
        await program.run(batchSize);
      } finally {
        paused?.resume();
      }
      return lossOut[0]!;
    },
    nodeCounts,
    transfers,
    hasBatchNorm: network.batchStatistics.length > 0,
    statistics: evaluation.statistics,
    recalibrate: evaluation.recalibrate,
    evaluate: evaluation.evaluate,
    async close() {
      ahead?.close();
      await program.close();
      await evaluation.close();
    },
  };
}

/** What a gradient gives: loss, slopes, and the states after the window. */
function gradientOutputs(
  network: Network,
  isFrozen: (name: string) => boolean,
  task: Task,
): Readonly<Record<string, Value>> {
  return { ...lossAndGradients(trained(network, isFrozen), task), ...statesAfter(network) };
}

/** The network with the parameters alone that are trained. */
function trained(network: Network, isFrozen: (name: string) => boolean): Network {
  return { ...network, parameters: network.parameters.filter(({ block }) => !isFrozen(block.name)) };
}

/** A gradient of 0 in the others. */
function fillFrozen(out: Float32Array, parameters: Network["parameters"], isFrozen: (name: string) => boolean): void {
  for (const { block } of parameters) {
    if (isFrozen(block.name)) out.fill(0, block.offset, block.offset + sizeOf(block.shape));
  }
}

function initialParams({ numParams, parameters }: Network, seed: number): Float32Array {
  const params = new Float32Array(numParams);
  initialiseInto(params, parameters, {
    uniformInto: (out, path) => uniformInto(out, { key: randomKey(seed, "init", path), stream: 0, step: 0 }),
    normalInto: (out, path) => normalInto(out, { key: randomKey(seed, "init", path), stream: 0, step: 0 }),
  });
  return params;
}

/** The arrays that the caller fills before each gradient, and those of states that it reads. */
type BatchArrays = Pick<TrainableModel, "inputs" | "targets" | "masks" | "carried">;

function bindBatch(program: BatchedProgram<string>, { inputs, targets, masks, carried }: BatchArrays): void {
  program.bindInput("inputs", inputs);
  program.bindInput("targets", targets);
  for (const { layer, mask } of masks) program.bindInput(`${layer}.mask`, mask);
  for (const { name, before, after } of carried) {
    program.bindInput(name, before);
    program.bindOutput(`${name}.after`, after);
  }
}

/** The arrays of a mini-batch, in the memory that the engine reads. */
function batchArrays(
  memory: VectorMemory,
  network: Network,
  inputShape: readonly number[],
  { dtype, shape }: TargetSpec,
): BatchArrays {
  const like = new Float32Array(0);
  const allocate = (length: number): Float32Array => memory.allocate(length, like) as Float32Array;
  const inputs = allocate(sizeOf(inputShape));
  const words = allocate(inputShape[0]! * sizeOf(shape));
  const targets = dtype === "int32" ? new Int32Array(words.buffer, words.byteOffset, words.length) : words;
  const masks = network.masks.map(({ name, value, keep }) => ({
    layer: name,
    keep,
    mask: allocate(sizeOf(value.shape)),
  }));
  return { inputs, targets, masks, carried: carriedArrays(network, memory) };
}

/** Bytes of all vectors in the shared memory. */
function arenaBytes(
  network: Network,
  inputShape: readonly number[],
  { shape }: TargetSpec,
  numVectors: number,
): number {
  const alignment = 64;
  const batch =
    sizeOf(inputShape) +
    inputShape[0]! * sizeOf(shape) +
    network.masks.reduce((sum, { value }) => sum + sizeOf(value.shape), 0) +
    network.carried.reduce((sum, { initial }) => sum + 2 * sizeOf(initial.shape), 0);
  const numAligned = numVectors + network.masks.length + 2 * network.carried.length + 8;
  return 4 * (numVectors * network.numParams + batch) + alignment * numAligned;
}
