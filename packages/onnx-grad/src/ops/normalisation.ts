/** Normalisation over parts of each example; batch norm, which has statistics to keep, is a layer. */
import { optionRules, requireFloat, requireOptions, requirePositive } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { add, div, mul, sqrt, sub } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { constant } from "./leaves.ts";
import { reduceMean } from "./reductions.ts";

/** What the normalisations share. */
export interface NormalisationOptions {
  /** γ of γ·(x − mean)/√(variance + ε) + β; 1 when absent. */
  readonly scale?: Value;
  /** β; 0 when absent. */
  readonly shift?: Value;
  /** ε; 1e-5 by default. */
  readonly epsilon?: number;
}

/** Options of `layerNorm`. */
export interface LayerNormOptions extends NormalisationOptions {
  /** Axes over which mean and variance are taken; the last by default. */
  readonly axes?: readonly number[];
}

const rules = { scale: optionRules.record, shift: optionRules.record, epsilon: optionRules.number };
const layerRules = { ...rules, axes: optionRules.integers };

/**
 * (x − mean)/√(variance + ε)·γ + β over axes of each example; γ and β broadcast to x. Ba et al. 2016, arXiv:1607.06450.
 *
 * The variance is that of the centred values, so a mean far larger than the deviation costs no digits.
 */
export function layerNorm(x: Value, options: LayerNormOptions = {}): Value {
  requireOptions("layerNorm", options, layerRules);
  const { axes = [-1], epsilon = 1e-5 } = options;
  requireFloat("layerNorm", undefined, [x]);
  requirePositive("layerNorm", "epsilon", epsilon);
  return affine("layerNorm", standardised(x, axes, epsilon), options);
}

/**
 * Layer norm over each of `groups` groups of channels and the axes after them: x [batch × channels × …], γ and β [channels].
 *
 * Wu and He 2018, arXiv:1803.08494.
 */
export function groupNorm(x: Value, groups: number, options: NormalisationOptions = {}): Value {
  return overGroups("groupNorm", x, groups, options);
}

/** Group norm with one channel per group. Ulyanov et al. 2016, arXiv:1607.08022. */
export function instanceNorm(x: Value, options: NormalisationOptions = {}): Value {
  requireFloat("instanceNorm", undefined, [x]);
  return overGroups("instanceNorm", x, x.shape[1] ?? 1, options);
}

function overGroups(op: string, x: Value, groups: number, options: NormalisationOptions): Value {
  requireOptions(op, options, rules);
  requireFloat(op, undefined, [x]);
  const { epsilon = 1e-5, scale, shift } = options;
  requirePositive(op, "epsilon", epsilon);
  const [batch, channels] = x.shape;
  if (channels === undefined || !(Number.isSafeInteger(groups) && groups > 0 && channels % groups === 0))
    throw shapeError(op, undefined, `channels must divide into ${groups} groups`, [x.shape]);
  const y = reshape(standardised(reshape(x, [batch!, groups, -1]), [-1], epsilon), x.shape);
  const perChannel = (value: Value | undefined): Value | undefined =>
    value && reshape(value, [channels, ...x.shape.slice(2).map(() => 1)]);
  return affine(op, y, { scale: perChannel(scale), shift: perChannel(shift) });
}

function standardised(x: Value, axes: readonly number[], epsilon: number): Value {
  const average = (value: Value): Value => reduceMean(value, { axes, keepDims: true });
  const centred = sub(x, average(x));
  const deviation = sqrt(add(average(mul(centred, centred)), constant(epsilon)));
  return mul(centred, div(constant(1), deviation));
}

function affine(
  op: string,
  x: Value,
  { scale, shift }: { readonly scale?: Value | undefined; readonly shift?: Value | undefined },
): Value {
  const scaled = scale === undefined ? x : mul(x, scale, op);
  return shift === undefined ? scaled : add(scaled, shift, op);
}
