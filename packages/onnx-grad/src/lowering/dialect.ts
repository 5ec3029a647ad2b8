/** The operators that graphs are lowered to: one table for each kind of runtime. */
import type { PerOp, Value } from "../graph/value.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** Writes a form that spans several primitives as one operator and returns its tensor, or undefined where it does not match. */
export type Fusion = (value: Value, context: LoweringContext) => string | undefined;

/** Which operators a graph becomes: the first fusion that matches a value writes it, else the handler of its primitive. */
export interface Dialect {
  /** The same outputs in the layout that these operators run fastest. As they are when absent. */
  readonly layOut?: (outputs: readonly Value[]) => readonly Value[];
  readonly fusions: readonly Fusion[];
  readonly primitives: PerOp<string, [context: LoweringContext]>;
}
