/** Batch normalisation. Ioffe and Szegedy 2015, arXiv:1502.03167. */
import { shapeError } from "../graph/shapeError.ts";
import { type Shape, sizeOf, type Value } from "../graph/value.ts";
import { convolve } from "../ops/convolution.ts";
import { add, div, mul, relu, sqrt, stopGradient, sub } from "../ops/elementwise.ts";
import { reshape, slice } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { reduceMean } from "../ops/reductions.ts";
import { filled } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Added to variances before the square root, as in PyTorch. */
const batchNormEpsilon = 1e-5;

/**
 * Batch normalisation over all axes but the second: y = γ (x − mean)/√(variance + ε) + β, as one scale and one shift per
 * channel.
 *
 * Training and recalibration use the batch's mean and biased variance and record them; evaluation uses the running ones.
 * Evaluation folds all into x·scale + shift, as PyTorch does, with a relative error of about 1e-7·|mean|/deviation.
 * Parameters `name.weight` γ (starts at 1) and `name.bias` β (starts at 0), shape [channels].
 *
 * With d = x − k the variance is E[d²] − E[d]²: its derivative needs no further sums over the batch. k is the mean of the
 * batch's first example, so that E[d]² ≤ (batch − 1)·variance whatever the mean of x, and the relative error in float32 is at
 * most about 1e-7·batch. A channel that is constant may come out a rounding error below 0, which ε outweighs for |x| < 10⁷; the
 * recorded variance is not below 0. No derivative is taken of k, which is exact at every order: y and the variance do not
 * depend on k, nor does the mean, E[d] + k.
 */
export function batchNorm(context: NetworkContext, name: string, x: Value): Value {
  const channels = x.shape[1];
  if (channels === undefined) throw shapeError("batchNorm", name, "the input must have a channel axis", [x.shape]);
  const gamma = context.parameter(`${name}.weight`, [channels], filled(1), "normalization");
  const beta = context.parameter(`${name}.bias`, [channels], filled(0), "normalization");
  return normaliseBatch(context, name, x, { gamma, beta, epsilon: batchNormEpsilon });
}

/** What the normalised values are multiplied by and what is added, [channels] each, and what is added to variances. */
export interface BatchAffine {
  readonly gamma: Value;
  readonly beta: Value;
  readonly epsilon: number;
}

/** `batchNorm` with γ, β and ε that are there already, such as those of a model from elsewhere; `name` is that of its statistics. */
export function normaliseBatch(context: NetworkContext, name: string, x: Value, affine: BatchAffine): Value {
  const perChannel = x.shape.map((size, axis) => (axis === 1 ? size : 1));
  const gamma = reshape(affine.gamma, perChannel);
  const beta = reshape(affine.beta, perChannel);
  const { centred, mean, variance } =
    context.mode === "evaluation" ? running(context, name, x, perChannel) : batch(context, name, x);
  const scale = div(gamma, sqrt(add(variance, constant(affine.epsilon))));
  return add(mul(centred, scale), sub(beta, mul(mean, scale)), name);
}

/** An input less a number per channel, and mean and variance of the difference; shapes of x and [1 × channels × 1 …]. */
interface Moments {
  readonly centred: Value;
  readonly mean: Value;
  readonly variance: Value;
}

function batch(context: NetworkContext, name: string, input: Value): Moments {
  const { x, offset } = withoutOffset(input);
  const channels = x.shape[1]!;
  const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const average = (value: Value): Value => reduceMean(value, { axes, keepDims: true });
  const shift = stopGradient(average(firstExample(x)));
  const centred = sub(x, shift);
  const mean = average(centred);
  const variance = sub(average(mul(centred, centred)), mul(mean, mean));
  const withShift = add(mean, shift);
  context.recordStatistics({
    name,
    mean: reshape(offset === undefined ? withShift : add(withShift, offset), [channels]),
    variance: reshape(relu(variance), [channels]),
    count: sizeOf(x.shape) / channels,
  });
  return { centred, mean, variance };
}

/** x + offset as its two parts where a bias per channel was added last: batch norm takes it away again. */
function withoutOffset(input: Value): { readonly x: Value; readonly offset?: Value } {
  if (input.op !== "add") return { x: input };
  const [x, offset] = input.inputs as [Value, Value];
  const channels = input.shape[1]!;
  const aligned = [...new Array(Math.max(0, input.shape.length - offset.shape.length)).fill(1), ...offset.shape];
  const isPerChannel = sizeOf(offset.shape) === channels && aligned[1] === channels;
  return isPerChannel && sizeOf(x.shape) === sizeOf(input.shape) && x.shape.length === input.shape.length
    ? { x, offset: reshape(offset, aligned) }
    : { x: input };
}

/**
 * The first example of a batch. Of a convolution's result it is convolved once more, a batch-th of the work: then x − k is the
 * convolution with the bias −k, and no pass over x is needed for the difference.
 */
function firstExample(x: Value): Value {
  if (x.op !== "conv2d" || x.attributes.batchLast) return firstOf(x);
  const [images, kernels] = x.inputs as [Value, Value];
  return convolve(firstOf(images), kernels, x.attributes);
}

const firstOf = (x: Value): Value => {
  const shape: Shape = [1, ...x.shape.slice(1)];
  return slice(
    x,
    shape.map(() => 0),
    shape,
  );
};

function running(context: NetworkContext, name: string, x: Value, perChannel: Shape): Moments {
  const { mean, variance } = context.runningStatistics(name, sizeOf(perChannel));
  return { centred: x, mean: reshape(mean, perChannel), variance: reshape(variance, perChannel) };
}
