import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { type AttentionMaskOptions, attention } from "../ops/attention.ts";
import { reshape, transpose } from "../ops/layout.ts";
import { dense } from "./dense.ts";
import type { NetworkContext } from "./network.ts";

/** Options of `multiHeadAttention`. */
export interface AttentionOptions extends AttentionMaskOptions {
  /** Keys and values are of this sequence [batch × s × width'] instead of x. */
  readonly memory?: Value;
}

/**
 * Attention of `heads` heads side by side: x [batch × t × width] → the same shape.
 *
 * Four dense layers, `name.query`, `name.key`, `name.value` and `name.out`, with weights and biases. The mask broadcasts to
 * [batch × heads × t × s]. Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.
 */
export function multiHeadAttention(
  context: NetworkContext,
  name: string,
  x: Value,
  heads: number,
  { memory = x, ...options }: AttentionOptions = {},
): Value {
  const [batch, , width] = x.shape as [number, number, number];
  if (x.shape.length !== 3 || memory.shape.length !== 3 || !(Number.isSafeInteger(heads) && width % heads === 0)) {
    throw shapeError("multiHeadAttention", name, `inputs must be [batch × places × width], of ${heads} equal heads`, [
      x.shape,
      memory.shape,
    ]);
  }
  // [batch × places × width] → [batch × heads × places × width/heads].
  const headsOf = (part: string, from: Value): Value =>
    transpose(reshape(dense(context, `${name}.${part}`, from, width), [batch, -1, heads, width / heads]), [0, 2, 1, 3]);
  const y = attention(headsOf("query", x), headsOf("key", memory), headsOf("value", memory), options);
  return dense(context, `${name}.out`, reshape(transpose(y, [0, 2, 1, 3]), x.shape), width);
}
