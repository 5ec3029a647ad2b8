import { optionRules, requireOptions } from "../graph/requirements.ts";
import type { Value } from "../graph/value.ts";
import { gather } from "../ops/indexing.ts";
import { type Initialiser, normal } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** N(0, 1) when absent, as in PyTorch. */
  readonly initialiser?: Initialiser;
}

const rules = { initialiser: optionRules.callable };

/**
 * A row of a table per token: int32 [I…] → [I… × width]; parameter `name.weight` [words × width].
 *
 * A token outside 0 … words − 1 is an error when the graph runs. The gradient in the table is a `scatterAdd`, one pass
 * over the table; `addRowsInto` adds that of the gathered rows alone.
 */
export function embedding(
  context: NetworkContext,
  name: string,
  tokens: Value,
  words: number,
  width: number,
  options: EmbeddingOptions = {},
): Value {
  requireOptions("embedding", options, rules);
  const table = context.parameter(`${name}.weight`, [words, width], options.initialiser ?? normal(1), "weight");
  return gather(table, tokens, 0, name);
}
