/** Layers: plain functions that declare their parameters through the context and apply primitives. */
import { rangeError } from "../graph/errors.ts";
import { optionRules, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { type ConvolutionOptions, conv2d as convolve, pair } from "../ops/convolution.ts";
import { add, mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { type WeightOptions, weightRules } from "./dense.ts";
import { torchDefault } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

export { type AttentionOptions, multiHeadAttention } from "./attention.ts";
export { batchNorm } from "./batchNorm.ts";
export { dense, type WeightOptions } from "./dense.ts";
export { type EmbeddingOptions, embedding } from "./embedding.ts";
export { groupNorm, instanceNorm, layerNorm, type NormOptions } from "./norms.ts";
export { prelu } from "./prelu.ts";

const convolutionRules = { ...weightRules, stride: optionRules.positivePair, padding: optionRules.countPair };

/** Convolution [batch×c×h×w] → [batch×filters×h'×w']; parameters `name.weight` [filters×c×kh×kw], `name.bias` [filters]. */
export function conv2d(
  context: NetworkContext,
  name: string,
  x: Value,
  filters: number,
  kernel: number | readonly [number, number],
  options: WeightOptions & Pick<ConvolutionOptions, "stride" | "padding"> = {},
): Value {
  requireOptions("conv2d", options, convolutionRules);
  if (x.shape.length !== 4) throw shapeError("conv2d", name, "the input must be [batch × channels × h × w]", [x.shape]);
  const channels = x.shape[1]!;
  const size = pair(kernel);
  const fanIn = channels * size[0] * size[1];
  const initialiser = options.initialiser ?? torchDefault(fanIn);
  const weight = context.parameter(`${name}.weight`, [filters, channels, ...size], initialiser, "weight");
  const { stride = 1, padding = 0 } = options;
  const y = convolve(x, weight, { stride, padding, label: name });
  if (options.bias === false) return y;
  const bias = context.parameter(`${name}.bias`, [filters], torchDefault(fanIn), "bias");
  return add(y, reshape(bias, [filters, 1, 1]), name);
}

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
