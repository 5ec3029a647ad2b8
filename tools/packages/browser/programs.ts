/** What pages and workers of the tests do when they are asked to, by name. Arguments and results are JSON. */
import { entropySgd } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";
import { compileNetwork, maskFiller, networks, type Platform, type TrainableModel } from "entropy-sgd-training";
import { type WebPlatformOptions, webPlatform, withRunLock } from "entropy-sgd-training/web";
import type { Device } from "onnx-grad";
import { libraryMean } from "./libraryMean.ts";
import { batchSize, type Digits, network, numDigits, type Trace, traceOf } from "./trace.ts";

/** What is told of a trace beside it. */
export interface WebTrace extends Trace {
  readonly isolated: boolean;
  readonly threads: number;
  /** Workers started to draw noise, and vectors of noise that came from them in messages. */
  readonly spawned: number;
  readonly passed: number;
}

/** Trains as `traceOf` says, on the digits that the page's server has. */
async function trace(options: WebPlatformOptions): Promise<WebTrace> {
  const platform = webPlatform(options);
  const bytes = new Uint8Array(await (await fetch("/digits.bin")).arrayBuffer());
  const end = bytes.length - numDigits;
  const digits: Digits = { pixels: bytes.subarray(0, end), labels: bytes.subarray(end) };
  const counts = { spawned: 0, passed: 0 };
  const traced = await traceOf(counting(platform, counts), digits);
  return {
    ...traced,
    ...counts,
    threads: platform.threads,
    isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true,
  };
}

function counting(platform: Platform, counts: { spawned: number; passed: number }): Platform {
  return {
    ...platform,
    spawnWorker(source, data) {
      counts.spawned += 1;
      const worker = platform.spawnWorker!(source, data);
      const receive: typeof worker.receive = (listener) => {
        worker.receive((message) => {
          counts.passed += 1;
          listener(message);
        });
      };
      return { ...worker, receive };
    },
  };
}

/** The error that compiling a network ends with, and the library's own work in the same page. */
async function failure(
  options: WebPlatformOptions & { device?: "webgpu"; asked?: number },
): Promise<{ name: string; message: string; meanWeight: number }> {
  const { device = "cpu", asked, ...platformOptions } = options;
  const meanWeight = libraryMean();
  try {
    const platform = webPlatform(platformOptions);
    const model = await compileNetwork(network, {
      platform,
      device,
      ...(asked === undefined ? {} : { threads: asked }),
    });
    await model.close();
    return { name: "none", message: "", meanWeight };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message, meanWeight };
  }
}

/** A training that stays. */
let held: ((steps: number, isLeaking: boolean) => Promise<void>) | undefined;
const leaked: Float32Array[] = [];

/** Every memory of WebAssembly that was made here. */
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: ConstructorParameters<typeof WebAssembly.Memory>[0]) {
    super(descriptor);
    memories.push(this);
  }
};

/**
 * Takes so many steps more of one training that stays.
 *
 * @param leak - whether each step keeps a copy of its gradient
 * @returns bytes of WebAssembly's memories, the library's and ONNX Runtime's
 */
async function moreSteps({
  steps,
  leak = false,
  ...options
}: WebPlatformOptions & { steps: number; leak?: boolean }): Promise<number> {
  held ??= stepper(await compileNetwork(network, { platform: webPlatform(options), batchSize, dropout: 0.25 }));
  await held(steps, leak);
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

function stepper(model: TrainableModel): NonNullable<typeof held> {
  const optimizer = entropySgd({ innerSteps: 5, scope: 1e-2, noise: 1e-3, seed: 1 });
  let state = optimizer.init(model.initialParams(1), model.memory);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  const fillMasks = maskFiller(model, 1);
  let step = 0;
  return async (steps, isLeaking) => {
    for (const end = step + steps; step < end; step++) {
      fillMasks(step);
      await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient);
      state = optimizer.step(gradient, state);
      if (isLeaking) leaked.push(gradient.slice());
    }
  };
}

/** Three gradients of a tiny network on a device. */
async function gradients({
  device,
  ...options
}: WebPlatformOptions & { device: Device }): Promise<{ losses: number[]; gradient: number[]; device: Device }> {
  const model = await compileNetwork(networks["mlp-49-16-10"]!, {
    platform: webPlatform(options),
    device,
    batchSize: 4,
  });
  const optimizer = entropySgd({ innerLearningRate: 0.1, innerSteps: 2, scope: 1e-2, noise: 1e-3, seed: 1 });
  let state = optimizer.init(model.initialParams(1), model.memory);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  normalInto(model.inputs, { key: randomKey(1, "inputs"), stream: 0, step: 0 });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    losses.push(await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient));
    state = optimizer.step(gradient, state);
  }
  await model.close();
  return { losses, gradient: [...gradient], device: model.device };
}

/** Holds the lock of a run for ever; the error's message where another tab has it, "held" where this one has. */
function hold({ run }: { run: string }): Promise<string> {
  return new Promise((resolve) => {
    withRunLock(run, () => {
      resolve("held");
      return new Promise<never>(() => {});
    }).catch((error: Error) => resolve(error.message));
  });
}

export const programs = { trace, failure, moreSteps, gradients, hold };
