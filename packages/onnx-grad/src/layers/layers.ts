/** Layers: plain functions that declare their parameters through the context and apply primitives. */
import { rangeError } from "../graph/errors.ts";
import type { Value } from "../graph/value.ts";
import { mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import type { NetworkContext } from "./network.ts";

export { type AttentionOptions, multiHeadAttention } from "./attention.ts";
export { type BatchAffine, batchNorm, normaliseBatch } from "./batchNorm.ts";
export {
  type ConvolutionLayerOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  type DepthwiseOptions,
  depthwiseConv2d,
  type TransposedLayerOptions,
} from "./convolutions.ts";
export { dense, type WeightOptions } from "./dense.ts";
export { type EmbeddingOptions, embedding } from "./embedding.ts";
export { groupNorm, instanceNorm, layerNorm, type NormOptions } from "./norms.ts";
export { prelu } from "./prelu.ts";
export { gru, lstm, type RecurrentOptions } from "./recurrent.ts";

/** x times a mask of 0 and 1/(1 − rate) in training; x otherwise or at rate 0. */
export function dropout(context: NetworkContext, name: string, x: Value, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw rangeError(`dropout (${name})`, "rate", "must be in [0, 1)", rate);
  if (rate === 0 || context.mode !== "training") return x;
  return mul(x, context.mask(name, x.shape, 1 - rate), name);
}

/** [batch × …] → [batch × features]. */
export function flatten(x: Value): Value {
  return reshape(x, [x.shape[0]!, -1]);
}
