/** Normalisations over parts of each example, with a scale γ (1 at first) and a shift β (0 at first) as parameters. */
import { optionRules, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import * as ops from "../ops/normalisation.ts";
import { filled } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options of the normalisations. */
export interface NormOptions {
  /** Added to variances before the square root; 1e-5 by default, as in PyTorch. */
  readonly epsilon?: number;
}

const rules = { epsilon: optionRules.number };

/** γ and β of `size` numbers. */
function affine(context: NetworkContext, name: string, size: number): { readonly scale: Value; readonly shift: Value } {
  return {
    scale: context.parameter(`${name}.weight`, [size], filled(1), "normalization"),
    shift: context.parameter(`${name}.bias`, [size], filled(0), "normalization"),
  };
}

function channelsOf(op: string, name: string, x: Value): number {
  const channels = x.shape[1];
  if (channels === undefined) throw shapeError(op, name, "the input must have a channel axis", [x.shape]);
  return channels;
}

/** Layer norm over the last axis: parameters `name.weight`, `name.bias` [features]. */
export function layerNorm(context: NetworkContext, name: string, x: Value, options: NormOptions = {}): Value {
  requireOptions("layerNorm", options, rules);
  const features = x.shape.at(-1);
  if (features === undefined) throw shapeError("layerNorm", name, "the input must have an axis", [x.shape]);
  return ops.layerNorm(x, { ...options, ...affine(context, name, features) });
}

/** Group norm of [batch × channels × …]: parameters `name.weight`, `name.bias` [channels]. */
export function groupNorm(
  context: NetworkContext,
  name: string,
  x: Value,
  groups: number,
  options: NormOptions = {},
): Value {
  requireOptions("groupNorm", options, rules);
  return ops.groupNorm(x, groups, { ...options, ...affine(context, name, channelsOf("groupNorm", name, x)) });
}

/** Instance norm of [batch × channels × …]: parameters `name.weight`, `name.bias` [channels]. */
export function instanceNorm(context: NetworkContext, name: string, x: Value, options: NormOptions = {}): Value {
  requireOptions("instanceNorm", options, rules);
  return ops.instanceNorm(x, { ...options, ...affine(context, name, channelsOf("instanceNorm", name, x)) });
}
