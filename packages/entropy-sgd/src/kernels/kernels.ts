/** The compiled SIMD kernels, instantiated at first use for each memory they work in. */
import { kernelModule } from "./kernelModule.ts";

type Random = readonly [key0: number, key1: number, stepLow: number, stepHigh: number, stream: number];
type Groups = readonly [firstGroup: number, numGroups: number];

/** The exports of assembly/kernels.ts. Pointers are byte addresses in the memory, 0 for an absent vector. */
export interface Kernels {
  /** Sets constants; called once, here. */
  initialise(): void;
  langevinStep(
    ...args: [
      ...[params: number, mean: number, velocity: number, anchor: number, gradient: number],
      ...Groups,
      ...[gradientScale: number, momentum: number, nesterov: number, insideDecay: number, insideForce: number],
      ...[outsideDecay: number, outsideForce: number, learningRate: number],
      ...[noise: number, averaging: number, keep: number],
      ...Random,
    ]
  ): void;
  adamStep(
    ...args: [
      ...[params: number, mean: number, firstMoment: number, secondMoment: number, anchor: number, gradient: number],
      ...Groups,
      ...[gradientScale: number, decay: number, force: number, beta1: number, rest1: number, beta2: number],
      ...[rest2: number, correction1: number, correction2: number, epsilon: number, decoupledDecay: number],
      ...[learningRate: number, noise: number, averaging: number, keep: number],
      ...Random,
    ]
  ): void;
  fillNormal(...args: [out: number, ...Groups, ...Random]): void;
  fillUniform(...args: [out: number, ...Groups, ...Random]): void;
  squaredDistance(a: number, b: number, numGroups: number): number;
  fillMask(...args: [out: number, ...Groups, threshold: number, value: number, ...Random]): void;
}

/** undefined before the first use, null where compilation is forbidden. */
let compiled: WebAssembly.Module | null | undefined;
const memories = new WeakMap<ArrayBuffer, { memory: WebAssembly.Memory; kernels: Kernels | null | undefined }>();

/** Makes the kernels able to work in `memory`. */
export function registerMemory(memory: WebAssembly.Memory): void {
  memories.set(memory.buffer, { memory, kernels: undefined });
}

/** Whether vectors in `buffer` need no copy to be worked on. */
export function isRegistered(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && memories.has(buffer);
}

/** The kernels over a registered buffer, or null where WebAssembly or its SIMD is missing or forbidden. */
export function kernelsOver(buffer: ArrayBuffer): Kernels | null {
  const entry = memories.get(buffer);
  if (entry === undefined) return null;
  if (entry.kernels === undefined) entry.kernels = instantiate(entry.memory);
  return entry.kernels;
}

function instantiate(memory: WebAssembly.Memory): Kernels | null {
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return null;
  // The exports are those of assembly/kernels.ts, which WebAssembly cannot type.
  const kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
  kernels.initialise();
  return kernels;
}

/** A content security policy without wasm-unsafe-eval makes this throw; then the plain code works. */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(kernelModule), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}
