/** What the table of operators says of one. */
import type { Value } from "../../graph/value.ts";
import type { NodeReader } from "./nodeReader.ts";
import type { Tensor } from "./tensor.ts";

/** A result; one that is only a value has the type of the node's first input. */
export type Result = Value | Tensor;

/** An operator of the standard domain. */
export interface Operator {
  /** The first and the last version of the standard's operators in which it is as the handler reads it; 7 and 21 by default. */
  readonly opsets?: readonly [first: number, last: number];
  /** Attributes that are understood; any other is an error. */
  readonly attributes?: readonly string[];
  /** Its results hold no derivative, as those of comparisons. */
  readonly withoutGradient?: true;
  read(node: NodeReader): Result | readonly Result[];
}

/** Operators by name. */
export type Operators = Readonly<Record<string, Operator>>;

/** A result of booleans. */
export const boolean = (value: Value): Tensor => ({ type: "bool", value });

/** A result of int64. */
export const int64 = (value: Value): Tensor => ({ type: "int64", value });
