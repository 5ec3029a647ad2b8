/** Layers of convolution with their weights and biases. */
import { type OptionRule, optionRules, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Shape, Value } from "../graph/value.ts";
import { type ConvolutionOptions, convolutionRules, conv2d as convolve } from "../ops/convolution.ts";
import { add } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { type Convolution1dOptions, conv1d as convolve1d } from "../ops/sequences.ts";
import { type ConvTransposeOptions, convTranspose2d as convolveTransposed } from "../ops/transposedConvolution.ts";
import { type Pair, pair } from "../ops/window.ts";
import { type WeightOptions, weightRules } from "./dense.ts";
import { torchDefault } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options of `conv2d`: those of the operation, and of the weights. */
export type ConvolutionLayerOptions = WeightOptions & Omit<ConvolutionOptions, "label">;

/** Options of `convTranspose2d`. */
export type TransposedLayerOptions = WeightOptions & Omit<ConvTransposeOptions, "label">;

/** Options of `depthwiseConv2d`. */
export interface DepthwiseOptions extends Omit<ConvolutionLayerOptions, "groups"> {
  /** Filters over each channel. Default 1. */
  readonly multiplier?: number;
}

type Rules = Readonly<Record<string, OptionRule>>;

const { label: _, groups, ...windowRules } = convolutionRules;
const depthwiseRules: Rules = { ...weightRules, ...windowRules, multiplier: optionRules.positiveInteger };
const layerRules: Rules = { ...weightRules, ...windowRules, groups };
const transposedRules: Rules = { ...layerRules, outputPadding: optionRules.countPair };

/** The parameters of a convolution layer: its kernels, and a bias for each of the filters after them. */
function declared(
  context: NetworkContext,
  name: string,
  kernel: Shape,
  filters: number,
  { initialiser, bias = true }: WeightOptions,
): { readonly weight: Value; readonly withBias: (y: Value) => Value } {
  const fanIn = kernel.slice(1).reduce((product, size) => product * size, 1);
  const weight = context.parameter(`${name}.weight`, kernel, initialiser ?? torchDefault(fanIn), "weight");
  const withBias = (y: Value): Value => {
    if (!bias) return y;
    const shift = context.parameter(`${name}.bias`, [filters], torchDefault(fanIn), "bias");
    return add(y, reshape(shift, [filters, ...y.shape.slice(2).map(() => 1)]), name);
  };
  return { weight, withBias };
}

/** The channels of one group. */
function channelsPerGroup(op: string, name: string, x: Value, axes: string, groups: number): number {
  const rank = axes.split("×").length;
  if (x.shape.length !== rank)
    throw shapeError(op, name, `the input must be [${axes.replaceAll("×", " × ")}]`, [x.shape]);
  if (x.shape[1]! % groups !== 0) throw shapeError(op, name, `channels must divide into ${groups} groups`, [x.shape]);
  return x.shape[1]! / groups;
}

const images = "batch×channels×h×w";

/**
 * Convolution [batch×c×h×w] → [batch×filters×h'×w']; parameters `name.weight` [filters×c/groups×kh×kw], `name.bias` [filters].
 */
export function conv2d(
  context: NetworkContext,
  name: string,
  x: Value,
  filters: number,
  kernel: Pair,
  options: ConvolutionLayerOptions = {},
): Value {
  requireOptions("conv2d", options, layerRules);
  const { bias: _, initialiser: __, ...window } = options;
  const channels = channelsPerGroup("conv2d", name, x, images, options.groups ?? 1);
  const { weight, withBias } = declared(context, name, [filters, channels, ...pair(kernel)], filters, options);
  return withBias(convolve(x, weight, { ...window, label: name }));
}

/** A convolution of each channel by itself: `conv2d` with as many groups as channels, and `multiplier` filters for each. */
export function depthwiseConv2d(
  context: NetworkContext,
  name: string,
  x: Value,
  kernel: Pair,
  options: DepthwiseOptions = {},
): Value {
  requireOptions("depthwiseConv2d", options, depthwiseRules);
  const { multiplier = 1, ...others } = options;
  channelsPerGroup("depthwiseConv2d", name, x, images, 1);
  const channels = x.shape[1]!;
  return conv2d(context, name, x, channels * multiplier, kernel, { ...others, groups: channels });
}

/** Convolution of sequences [batch×c×l] → [batch×filters×l']; parameters `name.weight` [filters×c/groups×k], `name.bias` [filters]. */
export function conv1d(
  context: NetworkContext,
  name: string,
  x: Value,
  filters: number,
  kernel: number,
  options: WeightOptions & Omit<Convolution1dOptions, "label"> = {},
): Value {
  requireOptions("conv1d", options, layerRules);
  const { bias: _, initialiser: __, ...window } = options;
  const channels = channelsPerGroup("conv1d", name, x, "batch×channels×length", options.groups ?? 1);
  const { weight, withBias } = declared(context, name, [filters, channels, kernel], filters, options);
  return withBias(convolve1d(x, weight, { ...window, label: name }));
}

/**
 * Transposed convolution [batch×c×h×w] → [batch×filters×h'×w']; parameters `name.weight` [c×filters/groups×kh×kw], `name.bias`
 * [filters].
 */
export function convTranspose2d(
  context: NetworkContext,
  name: string,
  x: Value,
  filters: number,
  kernel: Pair,
  options: TransposedLayerOptions = {},
): Value {
  requireOptions("convTranspose2d", options, transposedRules);
  const { bias: _, initialiser: __, ...window } = options;
  const groups = options.groups ?? 1;
  channelsPerGroup("convTranspose2d", name, x, images, groups);
  if (filters % groups !== 0)
    throw shapeError("convTranspose2d", name, `${filters} filters must divide into ${groups} groups`, [x.shape]);
  const shape = [x.shape[1]!, filters / groups, ...pair(kernel)];
  const { weight, withBias } = declared(context, name, shape, filters, options);
  return withBias(convolveTransposed(x, weight, { ...window, label: name }));
}
