/** What a machine has for training, as this process sees it. */
import { arch, availableParallelism, cpus, freemem, loadavg, platform, totalmem } from "node:os";
import type { WebGpu } from "entropy-sgd-training";
import { nodePlatform, type VulkanFacts, vulkanFacts } from "entropy-sgd-training/node";
import { cpuQuota } from "./cpuQuota.ts";
import { instructionSets } from "./instructionSets.ts";
import { type RuntimeFacts, runtimeFacts } from "./runtimeFacts.ts";

/** Everything that `entropy-sgd doctor` knows of a machine before it measures. */
export interface MachineFacts {
  readonly node: string;
  /** System and processor as Node names them, such as `linux x64`. */
  readonly platform: string;
  readonly processor: string;
  /** Cores of the machine. */
  readonly cores: number;
  /** Those that this process may use, by its affinity. */
  readonly usableCores: number;
  /** Processor time as a number of cores that a container's limit allows; null without one. */
  readonly quota: number | null;
  /** Mean number of programs that want a core over the last minute; null where the system does not tell (Windows). */
  readonly load: number | null;
  /** Vector instructions that matter here; null where they are unknown. */
  readonly instructionSets: readonly string[] | null;
  /** Whether WebAssembly has SIMD, which the library's kernels need; plain code works otherwise. */
  readonly simdKernels: boolean;
  readonly memory: MemoryFacts;
  readonly runtime: RuntimeFacts;
  /** The graphics processor that WebGPU gives, or in words why there is none; null without ONNX Runtime. */
  readonly gpu: WebGpu | null;
  /** What WebGPU needs on Linux; null elsewhere. */
  readonly vulkan: VulkanFacts | null;
  /** Threads of one operation by default. */
  readonly threads: number;
  /** Whether a further thread draws the noise of the next step. */
  readonly noiseAhead: boolean;
  /** The variable that turns ONNX Runtime's telemetry off, as the process began; null where it is not set. */
  readonly telemetryVariable: string | null;
}

/** Memory in bytes. */
export interface MemoryFacts {
  readonly total: number;
  /** What this process can still take, limits of containers counted. */
  readonly available: number;
  /** The limit of a container; null without one. */
  readonly limit: number | null;
}

/** Looks at this machine. Cost: ONNX Runtime is loaded and asked for a graphics processor. */
export async function machineFacts(): Promise<MachineFacts> {
  // Before the runtime is loaded, which sets it.
  const telemetryVariable = process.env.ORT_DISABLE_TELEMETRY ?? null;
  const runtime = await runtimeFacts();
  const usableCores = availableParallelism();
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: Math.max(cpus().length, usableCores),
    usableCores,
    quota: cpuQuota(),
    load: platform() === "win32" ? null : loadavg()[0]!,
    instructionSets: instructionSets(),
    simdKernels: hasSimd(),
    memory: memoryFacts(),
    runtime,
    gpu: "missing" in runtime ? null : await nodePlatform.webgpu(),
    vulkan: vulkanFacts(),
    threads: nodePlatform.cores,
    noiseAhead: nodePlatform.spawnWorker !== null && nodePlatform.cores > 1,
    telemetryVariable,
  };
}

function memoryFacts(): MemoryFacts {
  const total = totalmem();
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < total;
  return { total, available: Math.min(freemem(), process.availableMemory()), limit: isLimited ? limit : null };
}

/** A module with one function that makes a vector of zeros and drops it. */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11],
);

/** WebAssembly as far as it is asked; no type of Node's declares it. */
interface Validating {
  readonly WebAssembly?: { validate(bytes: Uint8Array): boolean };
}

function hasSimd(): boolean {
  return (globalThis as unknown as Validating).WebAssembly?.validate(simdModule) ?? false;
}
