/** The state of recurrent layers from one mini-batch to the next. */
import type { VectorMemory } from "entropy-sgd";
import { sizeOf, type Value } from "onnx-grad";
import type { Network } from "onnx-grad/layers";

/** One state at the model's batch size, such as `lstm1.h`, shape (batch, ...). */
export interface CarriedArrays {
  readonly name: string;
  /** What the next gradient begins with; the caller's to fill. */
  readonly before: Float32Array;
  /** What the window of the last gradient left. */
  readonly after: Float32Array;
}

/** Arrays for the states of a network, zeros at first. */
export function carriedArrays({ carried }: Network, memory: Pick<VectorMemory, "allocate">): CarriedArrays[] {
  const allocate = (value: Value): Float32Array =>
    memory.allocate(sizeOf(value.shape), new Float32Array(0)) as Float32Array;
  return carried.map(({ name, initial }) => ({ name, before: allocate(initial), after: allocate(initial) }));
}

/** The states after a window as outputs of a graph, `<name>.after`. */
export function statesAfter({ carried }: Network): Record<`${string}.after`, Value> {
  return Object.fromEntries(carried.map(({ name, final }) => [`${name}.after`, final]));
}

/** The states go on from where the last window ended, or begin at zero. */
export function carryStates(carried: readonly CarriedArrays[], beginsAnew: boolean): void {
  for (const { before, after } of carried) {
    if (beginsAnew) before.fill(0);
    else before.set(after);
  }
}
