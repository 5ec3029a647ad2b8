import type { Targets } from "../tasks/task.ts";
import { type AnySplit, isLabelled } from "./split.ts";

/** Writes the target of example `index` to `out` from `offset` on; a class as one number. */
export type TargetReader = (out: Targets, offset: number, index: number) => void;

/** How the targets of a split are read. Numbers go to a Float32Array, several classes to an Int32Array. */
export function targetReader(split: AnySplit): TargetReader {
  if (!isLabelled(split)) return (out, offset, index) => split.readTargetInto(out, offset, index);
  return (out, offset, index) => {
    out[offset] = split.labelOf(index);
  };
}
