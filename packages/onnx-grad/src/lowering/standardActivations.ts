/** Activations and arithmetic that are one standard operator. */
import { sameShape, type Value } from "../graph/value.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { Fusion } from "./dialect.ts";
import { absOrLeakyRelu, clip, hardSigmoid, minimum } from "./elementwiseFusions.ts";

/** Whether `value` is the number `x` and stretches nothing. */
const is = (value: Value | undefined, x: number): boolean =>
  value?.op === "constant" && value.shape.length === 0 && uniform(value) === x;

/** −x and 1/x. */
const inverse: Fusion = (value, { graph, nameOf }) => {
  const [a, b] = value.inputs as [Value, Value];
  if (value.op === "mul" && is(b, -1)) return graph.node("Neg", [nameOf(a)]);
  return value.op === "div" && is(a, 1) ? graph.node("Reciprocal", [nameOf(b)]) : undefined;
};

/** x·slopes + max(x, 0)·(1 − slopes). */
const parametricRelu: Fusion = (value, { graph, nameOf }) => {
  if (value.op !== "add") return undefined;
  const [line, ramp] = value.inputs as [Value, Value];
  if (line.op !== "mul" || ramp.op !== "mul" || !sameShape(line.shape, value.shape)) return undefined;
  const [x, slopes] = line.inputs as [Value, Value];
  const [positive, rest] = ramp.inputs as [Value, Value];
  const isRest = rest.op === "sub" && is(rest.inputs[0], 1) && rest.inputs[1] === slopes;
  if (!isRest || positive.op !== "relu" || positive.inputs[0] !== x || !sameShape(x.shape, value.shape))
    return undefined;
  return graph.node("PRelu", [nameOf(x), nameOf(slopes)]);
};

/** m + log(e⁻ᵐ + eˣ⁻ᵐ) with m = max(x, 0). */
const softplus: Fusion = (value, { graph, nameOf }) => {
  const [m, logarithm] = value.inputs as [Value, Value];
  if (value.op !== "add" || m.op !== "stopGradient" || logarithm.op !== "log") return undefined;
  const x = m.inputs[0]!.op === "relu" ? m.inputs[0]!.inputs[0]! : undefined;
  const sum = logarithm.inputs[0]!;
  const [first, second] = sum.inputs.map(({ op, inputs }) => (op === "exp" ? inputs[0] : undefined));
  const isFirst = first?.op === "mul" && first.inputs[0] === m && is(first.inputs[1], -1);
  const isSecond = second?.op === "sub" && second.inputs[0] === x && second.inputs[1] === m;
  return sum.op === "add" && x !== undefined && isFirst && isSecond ? graph.node("Softplus", [nameOf(x)]) : undefined;
};

/** alpha·(eʷ − 1) where x ≤ 0, as tanh(w/2)·(eʷ + 1)·alpha with w = min(x, 0), else x. */
const elu: Fusion = (value, { graph, nameOf }) => {
  const [isPositive, x, below] = value.inputs as [Value, Value, Value];
  if (value.op !== "where" || isPositive.op !== "greater" || below.op !== "mul") return undefined;
  const alpha = uniform(below.inputs[1]!);
  const [tangent, sum] = below.inputs[0]!.inputs as [Value, Value];
  if (isPositive.inputs[0] !== x || !is(isPositive.inputs[1], 0) || alpha === undefined) return undefined;
  if (below.inputs[0]!.op !== "mul" || tangent.op !== "tanh" || sum.op !== "add") return undefined;
  const w = sum.inputs[0]!.op === "exp" ? sum.inputs[0]!.inputs[0]! : undefined;
  const half = tangent.inputs[0]!;
  const isHalf = half.op === "mul" && half.inputs[0] === w && is(half.inputs[1], 0.5) && is(sum.inputs[1], 1);
  const isNegative = w?.op === "where" && w.inputs[0] === isPositive && is(w.inputs[1], 0) && w.inputs[2] === x;
  if (!isHalf || !isNegative || below.inputs[1]!.shape.length > 0) return undefined;
  return graph.node("Elu", [nameOf(x)], { attributes: { alpha: { float: alpha } } });
};

export const standardActivations: readonly Fusion[] = [
  softplus,
  elu,
  absOrLeakyRelu,
  parametricRelu,
  clip,
  minimum,
  hardSigmoid,
  inverse,
];
