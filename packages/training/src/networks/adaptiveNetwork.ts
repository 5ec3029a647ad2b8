import type { TextPreparation } from "../data/preparation.ts";
import type { NetworkSpec } from "./networkSpec.ts";

/** The shapes of one example and of the outputs for it. */
export type ExampleShapes = Pick<NetworkSpec, "inputShape" | "outputShape">;

/** A network of any sizes. */
export interface AdaptiveNetwork {
  readonly name: string;
  /** In a sentence, for lists. */
  readonly doc: string;
  /** Of networks for texts: data by name, task and how texts are read, where the user does not say. */
  readonly usual?: {
    readonly data: string;
    readonly task: string;
    /** What a token of a text in files is; absent for the default of the reader. */
    readonly unit?: TextPreparation["unit"];
    /** Tokens of a window. */
    readonly steps: number;
  };
  /** @throws InputError for examples that it cannot take */
  fit(shapes: ExampleShapes): NetworkSpec;
}
