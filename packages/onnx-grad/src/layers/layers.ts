/** Layers: plain functions that declare their parameters through the context and apply primitives. */
import { shapeError } from "../graph/shapeError.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { type ConvolutionOptions, conv2d as convolve, pair } from "../ops/convolution.ts";
import { add, div, mul, relu, sqrt, sub } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { reduceMean } from "../ops/reductions.ts";
import { filled, type Initialiser, torchDefault } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options shared by layers with weights; PyTorch's default initialisation when absent. */
export interface WeightOptions {
  readonly bias?: boolean;
  readonly initialiser?: Initialiser;
}

/** y = x W + b: [batch×in] → [batch×units]; parameters `name.weight` [in×units], `name.bias` [units]. */
export function dense(
  context: NetworkContext,
  name: string,
  x: Value,
  units: number,
  options: WeightOptions = {},
): Value {
  if (x.shape.length !== 2) throw shapeError("dense", name, "the input must be [batch × features]", [x.shape]);
  const fanIn = x.shape[1]!;
  const initialiser = options.initialiser ?? torchDefault(fanIn);
  const weight = context.parameter(`${name}.weight`, [fanIn, units], initialiser, "weight");
  const product = matmul(x, weight, { label: name });
  if (options.bias === false) return product;
  return add(product, context.parameter(`${name}.bias`, [units], torchDefault(fanIn), "bias"), name);
}

/** Convolution [batch×c×h×w] → [batch×filters×h'×w']; parameters `name.weight` [filters×c×kh×kw], `name.bias` [filters]. */
export function conv2d(
  context: NetworkContext,
  name: string,
  x: Value,
  filters: number,
  kernel: number | readonly [number, number],
  options: WeightOptions & Pick<ConvolutionOptions, "stride" | "padding"> = {},
): Value {
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

/** Added to variances before the square root, as in PyTorch. */
const batchNormEpsilon = 1e-5;

/**
 * Batch normalisation over all axes but the second: y = γ (x − mean)/√(variance + ε) + β, as one scale and one shift per
 * channel.
 *
 * Training and recalibration use the batch's mean and biased variance and record them; evaluation uses the running ones.
 * Parameters `name.weight` γ (starts at 1) and `name.bias` β (starts at 0), shape [channels].
 *
 * The variance is E[x²] − mean², not below 0: its derivative needs no further sums over the batch. In float32 its
 * relative error is about 1e-7·(1 + mean²/variance).
 *
 * @see Ioffe and Szegedy 2015, arXiv:1502.03167
 */
export function batchNorm(context: NetworkContext, name: string, x: Value): Value {
  const channels = x.shape[1];
  if (channels === undefined) throw shapeError("batchNorm", name, "the input must have a channel axis", [x.shape]);
  const perChannel = x.shape.map((size, axis) => (axis === 1 ? size : 1));
  const gamma = reshape(context.parameter(`${name}.weight`, [channels], filled(1), "normalization"), perChannel);
  const beta = reshape(context.parameter(`${name}.bias`, [channels], filled(0), "normalization"), perChannel);
  const { mean, variance } =
    context.mode === "evaluation" ? running(context, name, perChannel) : batch(context, name, x);
  const scale = div(gamma, sqrt(add(variance, constant(batchNormEpsilon))));
  return add(mul(x, scale), sub(beta, mul(mean, scale)), name);
}

function batch(context: NetworkContext, name: string, x: Value): { mean: Value; variance: Value } {
  const channels = x.shape[1]!;
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const mean = reduceMean(x, { axes, keepDims: true });
  const variance = relu(sub(reduceMean(mul(x, x), { axes, keepDims: true }), mul(mean, mean)));
  context.recordStatistics({
    name,
    mean: reshape(mean, [channels]),
    variance: reshape(variance, [channels]),
    count: sizeOf(x.shape) / channels,
  });
  return { mean, variance };
}

function running(
  context: NetworkContext,
  name: string,
  perChannel: readonly number[],
): { mean: Value; variance: Value } {
  const { mean, variance } = context.runningStatistics(name, sizeOf(perChannel));
  return { mean: reshape(mean, perChannel), variance: reshape(variance, perChannel) };
}

/** x times a mask of 0 and 1/(1 − rate) in training; x otherwise or at rate 0. */
export function dropout(context: NetworkContext, name: string, x: Value, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout (${name}): rate must be in [0, 1), got ${rate}`);
  if (rate === 0 || context.mode !== "training") return x;
  return mul(x, context.mask(name, x.shape, 1 - rate), name);
}

/** [batch × …] → [batch × features]. */
export function flatten(x: Value): Value {
  return reshape(x, [x.shape[0]!, -1]);
}
