/** Compositions of elementwise primitives that are one ONNX operator, one pass instead of three to seven. */
import { type OpName, sizeOf, type Value } from "../graph/value.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** The number that `value` is, if it is one constant number that does not stretch `x`. */
function numberIn(value: Value, x: Value): number | undefined {
  return sizeOf(value.shape) === 1 && value.shape.length <= x.shape.length ? uniform(value) : undefined;
}

/** What `value` is the product of with one number, and the number. */
function multiple(value: Value): readonly [x: Value, factor: number] | undefined {
  if (value.op !== "mul") return undefined;
  const [x, factor] = value.inputs as [Value, Value];
  const number = numberIn(factor, x);
  return number === undefined ? undefined : [x, number];
}

/** x of −x. */
export function negated(value: Value): Value | undefined {
  const product = multiple(value);
  return product?.[1] === -1 ? product[0] : undefined;
}

const inputOf = (value: Value | undefined, op: OpName): Value | undefined =>
  value?.op === op ? value.inputs[0] : undefined;

/** y of 1 − y. */
function complement(value: Value | undefined): Value | undefined {
  if (value?.op !== "sub") return undefined;
  const [one, y] = value.inputs as [Value, Value];
  return numberIn(one, y) === 1 ? y : undefined;
}

/** max(x, 0) + max(−x, 0) = |x|; slope·x + (1 − slope)·max(x, 0). */
export function absOrLeakyRelu(value: Value, { graph, nameOf }: LoweringContext): string | undefined {
  if (value.op !== "add") return undefined;
  const [a, b] = value.inputs as [Value, Value];
  const [x, inner] = [inputOf(a, "relu"), inputOf(b, "relu")];
  if (x !== undefined && inner !== undefined && negated(inner) === x) return graph.node("Abs", [nameOf(x)]);
  const [line, ramp] = [multiple(a), multiple(b)];
  if (line === undefined || ramp === undefined || inputOf(ramp[0], "relu") !== line[0]) return undefined;
  if (line[1] + ramp[1] !== 1) return undefined;
  return graph.node("LeakyRelu", [nameOf(line[0])], { attributes: { alpha: { float: line[1] } } });
}

/** −max(−a, −b) = min(a, b). */
export function minimum(value: Value, { graph, nameOf }: LoweringContext): string | undefined {
  const largest = negated(value);
  if (largest?.op !== "maximum") return undefined;
  const [a, b] = largest.inputs.map(negated);
  return a === undefined || b === undefined ? undefined : graph.node("Min", [nameOf(a), nameOf(b)]);
}

/** 1 − max(1 − max(alpha·x + beta, 0), 0) = alpha·x + beta in [0, 1]. */
export function hardSigmoid(value: Value, { graph, nameOf }: LoweringContext): string | undefined {
  const line = inputOf(complement(inputOf(complement(value), "relu")), "relu");
  if (line?.op !== "add") return undefined;
  const [product, shift] = line.inputs as [Value, Value];
  const [beta, scaled] = [numberIn(shift, product), multiple(product)];
  if (beta === undefined || scaled === undefined) return undefined;
  return graph.node("HardSigmoid", [nameOf(scaled[0])], {
    attributes: { alpha: { float: scaled[1] }, beta: { float: beta } },
  });
}

/** The bound and x of where(bound > x, bound, y) or, from above, where(x > bound, bound, y), and y. */
function bounded(
  value: Value,
  side: "low" | "high",
): { readonly x: Value; readonly bound: number; readonly rest: Value } | undefined {
  if (value.op !== "where") return undefined;
  const [condition, replacement, rest] = value.inputs as [Value, Value, Value];
  if (condition.op !== "greater") return undefined;
  const [limit, x] = (side === "low" ? condition.inputs : [...condition.inputs].reverse()) as [Value, Value];
  const [bound, other] = [numberIn(limit, x), numberIn(replacement, x)];
  return bound === undefined || other !== bound ? undefined : { x, bound, rest };
}

/** where(low > x, low, where(x > high, high, x)), or one bound alone. */
export function clip(value: Value, { graph, nameOf }: LoweringContext): string | undefined {
  const low = bounded(value, "low");
  const high = bounded(low === undefined || low.rest === low.x ? value : low.rest, "high");
  const last = high ?? low;
  if (last === undefined || last.rest !== last.x || (low ?? last).x !== last.x) return undefined;
  // An absent bound of Clip is the largest finite number.
  const [least, most] = [low?.bound ?? -Infinity, high?.bound ?? Infinity].map((bound) => graph.floats([bound], []));
  return graph.node("Clip", [nameOf(last.x), least!, most!]);
}
