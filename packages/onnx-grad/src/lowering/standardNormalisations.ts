/** Normalisations as the one standard operator that each was, or could be. */
import { type Shape, sameShape, type Value } from "../graph/value.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { Fusion } from "./dialect.ts";
import { isPerChannel, meanOf, vectorOf } from "./standardForms.ts";

/** x of √(x + epsilon). */
function underRoot(value: Value | undefined): { readonly x: Value; readonly epsilon: number } | undefined {
  const sum = value?.op === "sqrt" ? value.inputs[0]! : undefined;
  if (sum?.op !== "add") return undefined;
  const epsilon = uniform(sum.inputs[1]!);
  return epsilon === undefined ? undefined : { x: sum.inputs[0]!, epsilon };
}

/** `value` without the shapes put on it. */
const bare = (value: Value): Value => (value.op === "reshape" ? bare(value.inputs[0]!) : value);

/** x·scale + (beta − mean·scale) with scale = gamma/√(variance + epsilon), each a number per channel. */
const batchNormalisation: Fusion = (value, { graph, nameOf }) => {
  const [product, offset] = value.inputs as [Value, Value];
  if (value.op !== "add" || product.op !== "mul" || value.shape.length < 2) return undefined;
  const [x, factor] = product.inputs as [Value, Value];
  const [scale, shift] = [bare(factor), bare(offset)];
  if (scale.op !== "div" || shift.op !== "sub" || !sameShape(x.shape, value.shape)) return undefined;
  if (![factor, offset].every(({ shape }) => isPerChannel(shape, x.shape))) return undefined;
  const [beta, shifted] = shift.inputs as [Value, Value];
  const root = underRoot(scale.inputs[1]);
  if (root === undefined || shifted.op !== "mul" || bare(shifted.inputs[1]!) !== scale) return undefined;
  const numbers = [scale.inputs[0]!, beta, shifted.inputs[0]!, root.x].map((part) => vectorOf(part, x.shape[1]!));
  if (numbers.includes(undefined)) return undefined;
  return graph.node("BatchNormalization", [x, ...(numbers as Value[])].map(nameOf), {
    attributes: { epsilon: { float: root.epsilon } },
  });
};

/** What `value` is the standardised form of: (x − mean)/√(variance + epsilon) over axes. */
function standardised(
  value: Value,
): { readonly x: Value; readonly axes: readonly number[]; readonly epsilon: number } | undefined {
  const [centred, factor] = value.inputs as [Value, Value];
  if (value.op !== "mul" || centred.op !== "sub" || factor.op !== "div" || uniform(factor.inputs[0]!) !== 1)
    return undefined;
  const [x, average] = centred.inputs as [Value, Value];
  const root = underRoot(factor.inputs[1]);
  const [mean, variance] = [meanOf(average), root && meanOf(root.x)];
  if (root === undefined || mean === undefined || variance === undefined) return undefined;
  const square = variance.x;
  const isVariance = square.op === "mul" && square.inputs.every((input) => input === centred);
  const isKept = mean.keepDims && variance.keepDims && sameShape(mean.axes, variance.axes);
  return isVariance && isKept && mean.x === x ? { x, axes: mean.axes, epsilon: root.epsilon } : undefined;
}

/** The factor and the addend, if any, that `value` was made with from something standardised. */
function affine(value: Value): { readonly inner: Value; readonly scale: Value; readonly shift?: Value } | undefined {
  const [first, second] = value.inputs as [Value, Value];
  if (value.op === "mul") return { inner: first, scale: second };
  if (value.op !== "add" || first.op !== "mul") return undefined;
  return { inner: first.inputs[0]!, scale: first.inputs[1]!, shift: second };
}

/** Over the last axes, with a scale and a shift for each of their elements. */
const layerNormalisation: Fusion = (value, { graph, nameOf }) => {
  const parts = affine(value);
  const found = parts && standardised(parts.inner);
  if (parts === undefined || found === undefined) return undefined;
  const { x, axes, epsilon } = found;
  const first = axes[0]!;
  const rest: Shape = x.shape.slice(first);
  const given = [parts.scale, ...(parts.shift === undefined ? [] : [parts.shift])];
  if (axes.length !== rest.length || !given.every(({ shape }) => sameShape(shape, rest))) return undefined;
  return graph.node("LayerNormalization", [x, ...given].map(nameOf), {
    attributes: { axis: first, epsilon: { float: epsilon } },
  });
};

/** Over each channel of each example, with a scale and a shift per channel. */
const instanceNormalisation: Fusion = (value, { graph, nameOf }) => {
  const parts = affine(value);
  if (parts?.shift === undefined || parts.inner.op !== "reshape") return undefined;
  const found = standardised(parts.inner.inputs[0]!);
  if (found?.x.op !== "reshape" || !sameShape(found.axes, [2])) return undefined;
  const x = found.x.inputs[0]!;
  const isChannelwise = sameShape(found.x.shape.slice(0, 2), x.shape.slice(0, 2)) && found.x.shape.length === 3;
  if (!isChannelwise || x.shape.length < 3 || !sameShape(x.shape, value.shape)) return undefined;
  const numbers = [parts.scale, parts.shift].map((part) =>
    isPerChannel(part.shape, x.shape) ? vectorOf(part, x.shape[1]!) : undefined,
  );
  if (numbers.includes(undefined)) return undefined;
  return graph.node("InstanceNormalization", [x, ...(numbers as Value[])].map(nameOf), {
    attributes: { epsilon: { float: found.epsilon } },
  });
};

export const standardNormalisations: readonly Fusion[] = [
  batchNormalisation,
  instanceNormalisation,
  layerNormalisation,
];
