import type { HoldOutOptions } from "../data/holdOut.ts";
import type { DataSet } from "../data/split.ts";

/** A data set that commands know by name, and whom it fits before it is loaded. */
export interface NamedDataSet {
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  readonly numClasses: number;
  load(options: HoldOutOptions): DataSet;
}
