import type { NetworkSpec } from "./networkSpec.ts";

/** The shapes of one example and of the outputs for it. */
export type ExampleShapes = Pick<NetworkSpec, "inputShape" | "outputShape">;

/** A network of any sizes. */
export interface AdaptiveNetwork {
  readonly name: string;
  /** In a sentence, for lists. */
  readonly doc: string;
  /** Of networks for texts: data by name, task, and the steps of a window, where the user does not say. */
  readonly usual?: { readonly data: string; readonly task: string; readonly steps: number };
  /** @throws InputError for examples that it cannot take */
  fit(shapes: ExampleShapes): NetworkSpec;
}
