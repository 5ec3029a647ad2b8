/** The compiled SIMD kernels, instantiated at first use for each memory they work in. */
import type { NormalsAhead } from "../random/draw.ts";
import { kernelModule } from "./kernelModule.ts";

type Random = readonly [key0: number, key1: number, stepLow: number, stepHigh: number, stream: number];

/** The exports of assembly/kernels.ts. Pointers are byte addresses in the memory, 0 for an absent vector. */
export interface Kernels {
  /** Sets constants; called once, here. */
  initialise(): void;
  langevinStep(
    ...args: [
      ...[params: number, mean: number, velocity: number, anchor: number, gradient: number, normals: number],
      ...[
        numTiles: number,
        gradientScale: number,
        momentum: number,
        nesterov: number,
        insideDecay: number,
        insideForce: number,
      ],
      ...[outsideDecay: number, outsideForce: number, learningRate: number],
      ...[noise: number, averaging: number, keep: number],
    ]
  ): void;
  adamStep(
    ...args: [
      ...[params: number, mean: number, firstMoment: number, secondMoment: number, anchor: number, gradient: number],
      ...[
        normals: number,
        numTiles: number,
        gradientScale: number,
        decay: number,
        force: number,
        beta1: number,
        rest1: number,
        beta2: number,
      ],
      ...[rest2: number, correction1: number, correction2: number, epsilon: number, decoupledDecay: number],
      ...[learningRate: number, noise: number, averaging: number, keep: number],
    ]
  ): void;
  fillNormal(...args: [out: number, firstTile: number, numTiles: number, ...Random]): void;
  fillUniform(...args: [out: number, firstTile: number, numTiles: number, ...Random]): void;
  squaredDistance(a: number, b: number, numTiles: number): number;
  fillMask(
    ...args: [out: number, firstTile: number, numTiles: number, threshold: number, value: number, ...Random]
  ): void;
}

/**
 * Elements of noise that are drawn, or copied from where they were drawn ahead, just before their use: 32 KB, which stay in a
 * level-2 cache (4,096 elements cost 0.2 ns more per weight in calls).
 */
export const noiseBlock = 8192;

/** Address of two tiles for the kernels' own use; address 0 means an absent vector, so the first line stays free. */
const scratchAddress = 64;

/** Address of the block for noise in every registered memory. */
export const noiseAddress: number = scratchAddress + 128;

/** Bytes at the start of every registered memory that are not for vectors. */
export const reservedBytes: number = noiseAddress + 4 * noiseBlock;

/** A WebAssembly.Module. Declarations name no host's type: a program may read them without the types of Node or the DOM. */
export type CompiledModule = object;

/** What is used of a WebAssembly.Memory. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

/** A memory that kernels work in. */
export interface RegisteredMemory {
  readonly memory: KernelMemory;
  /** The block for noise. */
  readonly noise: Float32Array;
  /** Normals drawn ahead for vectors in this memory; null where they are drawn when they are used. */
  normals: NormalsAhead | null;
  /** undefined before the first use, null where compilation is forbidden. */
  kernels: Kernels | null | undefined;
}

let compiled: CompiledModule | null | undefined;
const memories = new WeakMap<ArrayBuffer, RegisteredMemory>();

/** Makes the kernels able to work in `memory`, of which the first `reservedBytes` bytes are theirs. */
export function registerMemory(memory: KernelMemory): void {
  const noise = new Float32Array(memory.buffer, noiseAddress, noiseBlock);
  memories.set(memory.buffer, { memory, noise, normals: null, kernels: undefined });
}

/** What is known of a buffer; undefined where it is not a registered memory's. */
export function registered(buffer: ArrayBufferLike): RegisteredMemory | undefined {
  return buffer instanceof ArrayBuffer ? memories.get(buffer) : undefined;
}

/** The kernels over a registered buffer, or null where WebAssembly or its SIMD is missing or forbidden. */
export function kernelsOver(buffer: ArrayBufferLike): Kernels | null {
  const entry = registered(buffer);
  if (entry === undefined) return null;
  if (entry.kernels === undefined) entry.kernels = instantiate(entry.memory);
  return entry.kernels;
}

function instantiate(memory: KernelMemory): Kernels | null {
  const module = compiledKernels();
  if (module === null) return null;
  // The exports are those of assembly/kernels.ts, which WebAssembly cannot type.
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  kernels.initialise();
  return kernels;
}

/** The module, compiled at first use; null where compilation is forbidden. */
export function compiledKernels(): CompiledModule | null {
  if (compiled === undefined) compiled = compile();
  return compiled;
}

/** A content security policy without wasm-unsafe-eval makes this throw; then the plain code works. */
function compile(): CompiledModule | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(kernelModule), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}
