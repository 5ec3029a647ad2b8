import type { NetworkDefinition } from "onnx-grad/layers";

/** A network by name: what one example looks like and how it is built. */
export interface NetworkSpec {
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** Shape of the outputs for one example: [classes] of a classifier. */
  readonly outputShape: readonly number[];
  /** Running statistics that batch norms begin with, by name (`bn1.mean`, `bn1.variance`); means 0 and variances 1 where absent. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
  /** The definition at a dropout rate (0 … 1); networks without dropout ignore it. */
  define(dropout: number): NetworkDefinition;
}
