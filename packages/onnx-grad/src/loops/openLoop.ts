/** A loop as it is written: a graph of one step in which outer values stand as they are. */
import type { Node, Value } from "../graph/value.ts";

/** A state: the leaf that stands for it in a step, what it is before the first, and what it becomes. */
export interface OpenState {
  readonly leaf: Value;
  readonly initial: Value;
  readonly next: Value;
}

/** A loop over leaves that stand for slices of sequences and for states. */
export interface OpenLoop {
  readonly steps: number;
  /** Whether the last slice is taken first. */
  readonly reverse: boolean;
  /** The sequence of which each leaf is a slice along the first axis. */
  readonly sequences: ReadonlyMap<Value, Value>;
  readonly states: readonly OpenState[];
}

let numLeaves = 0;

/** A leaf of a step, like no other: steps may be nested. */
export function stepLeaf(shape: Value["shape"], dtype: Value["dtype"]): Node<"input"> {
  return { op: "input", inputs: [], attributes: { name: `leaf ${numLeaves++}` }, shape, dtype };
}
