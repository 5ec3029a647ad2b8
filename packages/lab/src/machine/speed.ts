/** How fast this machine trains, measured for a few seconds. */
import { entropySgd, presets, sharedMemory } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";
import { compileNetwork, Interruption, networks, type Platform } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { compile, type Device, input, matmul } from "onnx-grad";

/** What was measured; medians. */
export interface Speed {
  /** Milliseconds of LeNet's loss and gradient on a batch of 128. */
  readonly gradientMs: number;
  /** Nanoseconds per weight of Entropy-SGD's update on one core. */
  readonly updateNs: number;
  /** 10⁹ operations per second of a matrix product (1,024 square), by device; a graphics processor where there is one. */
  readonly productGflops: Readonly<Partial<Record<Device, number>>>;
  /** Why the graphics processor did not multiply; null where it did, or was not asked. */
  readonly gpuFailure: string | null;
}

/** Options of `measureSpeed`. */
export interface SpeedOptions {
  /** Seconds in all, about; 10 when absent. A repetition that has begun is ended. */
  readonly seconds?: number;
  readonly platform?: Platform;
  /** Whether the graphics processor is measured too. */
  readonly withGpu?: boolean;
  readonly signal?: AbortSignal;
}

/** Measures. @throws Interruption after a signal */
export async function measureSpeed({
  seconds = 10,
  platform = nodePlatform,
  withGpu = false,
  signal,
}: SpeedOptions = {}): Promise<Speed> {
  const measured = (share: number, work: () => unknown): Promise<number> => medianMs(seconds * share, work, signal);
  const gradientMs = await withGradient(platform, (work) => measured(0.5, work));
  const updateNs = (1e6 * (await measured(0.2, updateOfWeights()))) / numWeights;
  const product = (device: Device): Promise<number> => gflops(device, platform, (work) => measured(0.15, work));
  const onProcessor = await product("cpu");
  const onGpu = withGpu ? await product("webgpu").catch(reasonOf) : undefined;
  return {
    ...{ gradientMs, updateNs },
    productGflops: { cpu: onProcessor, ...(typeof onGpu === "number" ? { webgpu: onGpu } : {}) },
    gpuFailure: typeof onGpu === "string" ? onGpu : null,
  };
}

/** A driver's failure is told beside what was measured. @throws Interruption as it came */
function reasonOf(error: unknown): string {
  if (error instanceof Interruption) throw error;
  return error instanceof Error ? error.message : String(error);
}

/** Times `work` for so long, at least three times after one that warms up. */
async function medianMs(seconds: number, work: () => unknown, signal: AbortSignal | undefined): Promise<number> {
  const times: number[] = [];
  await work();
  const end = performance.now() + 1000 * seconds;
  while (times.length < 3 || performance.now() < end) {
    if (signal?.aborted) throw new Interruption();
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

type Measure = (work: () => unknown) => Promise<number>;

/** Batch and dropout are those of the committed benchmark. */
async function withGradient(platform: Platform, measure: Measure): Promise<number> {
  const model = await compileNetwork(networks.lenet!, { platform, batchSize: 128, dropout: 0.25 });
  try {
    const initial = model.initialParams(0);
    const params = model.memory.allocate(model.numParams, initial) as Float32Array;
    params.set(initial);
    const gradient = model.memory.allocate(model.numParams, params) as Float32Array;
    fill(model.inputs, "inputs");
    model.targets.forEach((_, i) => {
      model.targets[i] = i % model.outputShape[0]!;
    });
    for (const { mask } of model.masks) mask.fill(1);
    return await measure(() => model.lossAndGradient(params, gradient));
  } finally {
    await model.close();
  }
}

/** Weights of the update: more than caches hold. */
const numWeights = 1_000_000;

function updateOfWeights(): () => void {
  const memory = sharedMemory(16 * 4 * numWeights);
  const weights = new Float32Array(numWeights);
  const gradient = memory.allocate(numWeights, weights) as Float32Array;
  fill(gradient, "gradient");
  const optimizer = entropySgd({
    ...presets.lua,
    learningRate: 1,
    innerLearningRate: 0.1,
    innerSteps: 20,
    scope: 1e-4,
  });
  let state = optimizer.init(weights, memory);
  return () => {
    state = optimizer.step(gradient, state);
  };
}

/** Rows and columns of the factors. */
const side = 1024;

async function gflops(device: Device, platform: Platform, measure: Measure): Promise<number> {
  const ort = await platform.loadRuntime(device);
  const [a, b] = [input("a", [side, side]), input("b", [side, side])];
  const program = await compile({ product: matmul(a, b) }, { ort, device });
  try {
    for (const name of ["a", "b"]) program.bindInput(name, fill(new Float32Array(side * side), name));
    program.bindOutput("product", new Float32Array(side * side));
    return (2 * side ** 3) / (1e6 * (await measure(() => program.run())));
  } finally {
    await program.close();
  }
}

function fill(out: Float32Array, path: string): Float32Array {
  normalInto(out, { key: randomKey(0, "speed", path), stream: 0, step: 0 });
  return out;
}
