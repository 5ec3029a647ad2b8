/** Local algebra: each rule is an equation read from left to right, by the primitive at its root. */
import { withOperands } from "../graph/bodies.ts";
import { type OpName, sameShape, sizeOf, type Value } from "../graph/value.ts";
import { evaluate } from "../interpreter/evaluate.ts";
import { commonShape, mul, sub } from "../ops/elementwise.ts";
import { broadcastTo, reshape, transpose } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { poolGather } from "../ops/pooling.ts";
import { oneHot, reduceSum } from "../ops/reductions.ts";
import { overlaps } from "../ops/window.ts";
import { joinNeighbours, mergeConcats, sliceOfPad } from "./joinBlocks.ts";
import { factorBehind, factoredSlope } from "./labelSlope.ts";
import { oneHotTimes } from "./oneHotTimes.ts";
import { rebuild, standIn } from "./rebuild.ts";
import { stableForm, uniform } from "./stableForms.ts";

type Rule = (value: Value) => Value | undefined;

/** Folded constants have at most as many elements; larger ones would only swell the model. */
const maxFolded = 4096;

/** The graph with every rule applied where it matches, inputs first. */
export function simplify(outputs: readonly Value[]): Value[] {
  return rebuild(outputs, (value) => {
    let current = value;
    // Each rule shortens the expression at its root or takes away what it matches, so this ends.
    for (let next = applyOnce(current); next !== undefined; next = applyOnce(current)) current = next;
    return current;
  });
}

function applyOnce(value: Value): Value | undefined {
  for (const rule of [fold, stableForm, ...(rules[value.op] ?? [])]) {
    const next = standIn(value, rule(value));
    if (next !== undefined) return next;
  }
  return undefined;
}

/** f(constants) = constant. */
const fold: Rule = (value) => {
  if (value.inputs.length === 0 || sizeOf(value.shape) > maxFolded) return undefined;
  if (!value.inputs.every(({ op }) => op === "constant")) return undefined;
  return constant(evaluate([value], {})[0]!, value.shape, value.dtype);
};

/** `x` where `value` is, if its shape is that of the whole. */
const inPlaceOf = (value: Value, x: Value): Value | undefined => (sameShape(x.shape, value.shape) ? x : undefined);

/** x + 0 = x. */
const addZero: Rule = (value) => {
  const [a, b] = value.inputs as [Value, Value];
  if (uniform(b) === 0) return inPlaceOf(value, a);
  return uniform(a) === 0 ? inPlaceOf(value, b) : undefined;
};

/** x − 0 = x. */
const subtractZero: Rule = (value) =>
  uniform(value.inputs[1]!) === 0 ? inPlaceOf(value, value.inputs[0]!) : undefined;

/** x·1 = x. */
const timesOne: Rule = (value) => {
  const [a, b] = value.inputs as [Value, Value];
  if (uniform(b) === 1) return inPlaceOf(value, a);
  return uniform(a) === 1 ? inPlaceOf(value, b) : undefined;
};

/** c·x = x·c, so that the rules below find constants on the right. */
const constantLast: Rule = (value) => {
  const [a, b] = value.inputs as [Value, Value];
  return a.op === "constant" && b.op !== "constant" ? withOperands(value, [b, a]) : undefined;
};

/** Whether float32 holds x without overflow and without flushing it to zero: else factors must not be taken together. */
const isNormal = (x: number): boolean => x === 0 || (Math.abs(x) >= 2 ** -126 && Math.abs(x) <= 3.4028234e38);

/** (x·a)·b = x·(a·b) for constants that stay as small. */
const mergeFactors: Rule = (value) => {
  const [product, b] = value.inputs as [Value, Value];
  if (b.op !== "constant" || product.op !== "mul") return undefined;
  const [x, a] = product.inputs as [Value, Value];
  if (a.op !== "constant") return undefined;
  const factor = fold(mul(a, b));
  if (factor?.op !== "constant" || !factor.attributes.data.every(isNormal)) return undefined;
  return sizeOf(factor.shape) <= Math.max(sizeOf(a.shape), sizeOf(b.shape)) ? mul(x, factor) : undefined;
};

/** x / c = x·(1/c) for one number c, exact for powers of two and right to rounding otherwise. */
const divideByConstant: Rule = (value) => {
  const [x, b] = value.inputs as [Value, Value];
  const c = uniform(b);
  if (c === undefined || c === 0 || !isNormal(1 / c)) return undefined;
  return mul(x, constant(new Array(sizeOf(b.shape)).fill(1 / c), b.shape));
};

/** f(stretched x, y) = f(x, y) where the others give the whole shape already: elementwise primitives stretch by themselves. */
const dropBroadcast: Rule = (value) => {
  for (const [i, input] of value.inputs.entries()) {
    if (input.op !== "broadcastTo") continue;
    const inputs = value.inputs.map((other, j) => (i === j ? input.inputs[0]! : other));
    const shape = commonShape(inputs.map((each) => each.shape));
    if (shape !== undefined && sameShape(shape, value.shape)) return withOperands(value, inputs);
  }
  return undefined;
};

/** where(1, a, b) = a, where(0, a, b) = b. */
const chooseByConstant: Rule = (value) => {
  const [condition, a, b] = value.inputs as [Value, Value, Value];
  const truth = uniform(condition);
  return truth === undefined ? undefined : broadcastTo(truth === 0 ? b : a, value.shape);
};

/** x⁰ = 1, x¹ = x, x² = x·x. */
const smallPower: Rule = (value) => {
  const [x, b] = value.inputs as [Value, Value];
  const exponent = uniform(b);
  if (exponent === 0) return broadcastTo(constant(1), value.shape);
  if (exponent === 1) return broadcastTo(x, value.shape);
  return exponent === 2 ? broadcastTo(mul(x, x), value.shape) : undefined;
};

/** reshape(reshape(x)) = reshape(x). */
const mergeReshapes: Rule = (value) => {
  const [x] = value.inputs as [Value];
  return x.op === "reshape" ? reshape(x.inputs[0]!, value.shape) : inPlaceOf(value, x);
};

/** Two transpositions are one. */
const mergeTransposes: Rule = (value) => {
  const [x] = value.inputs as [Value];
  if (value.op !== "transpose" || x.op !== "transpose") return inPlaceOfTranspose(value);
  return transpose(
    x.inputs[0]!,
    value.attributes.permutation.map((axis) => x.attributes.permutation[axis]!),
  );
};

/** A transposition that moves axes of size 1 only is a reshape. */
function inPlaceOfTranspose(value: Value): Value | undefined {
  if (value.op !== "transpose") return undefined;
  const [x] = value.inputs as [Value];
  const moved = value.attributes.permutation.filter((axis) => x.shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!) ? reshape(x, value.shape) : undefined;
}

/** broadcastTo(broadcastTo(x)) = broadcastTo(x). */
const mergeBroadcasts: Rule = (value) => {
  const [x] = value.inputs as [Value];
  return x.op === "broadcastTo" ? broadcastTo(x.inputs[0]!, value.shape) : inPlaceOf(value, x);
};

/** x + y·(−1) = x − y. */
const addNegative: Rule = (value) => {
  const [a, b] = value.inputs as [Value, Value];
  if (b.op === "mul" && uniform(b.inputs[1]!) === -1 && sizeOf(b.inputs[1]!.shape) === 1) return sub(a, b.inputs[0]!);
  return undefined;
};

/** Σ over axes of size 1 is a reshape. */
const reduceNothing: Rule = (value) => {
  if (value.op !== "reduceSum" && value.op !== "reduceMax") return undefined;
  const [x] = value.inputs as [Value];
  return value.attributes.axes.every((axis) => x.shape[axis] === 1) ? reshape(x, value.shape) : undefined;
};

/** Σ of stretched x over axes that were stretched = x·count, the other axes summed as before. */
const sumOfBroadcast: Rule = (value) => {
  if (value.op !== "reduceSum") return undefined;
  const [stretched] = value.inputs as [Value];
  if (stretched.op !== "broadcastTo") return undefined;
  const [x] = stretched.inputs as [Value];
  const lead = stretched.shape.length - x.shape.length;
  const aligned = reshape(x, [...new Array(lead).fill(1), ...x.shape]);
  const { axes } = value.attributes;
  if (stretched.shape.some((size, axis) => !axes.includes(axis) && aligned.shape[axis] !== size)) return undefined;
  const count = axes.reduce((product, axis) => product * (stretched.shape[axis]! / aligned.shape[axis]!), 1);
  return mul(reshape(reduceSum(aligned, { axes, keepDims: true }), value.shape), constant(count));
};

/** Σ s·x = s·Σ x for one number s. */
const sumOfMultiple: Rule = (value) => {
  if (value.op !== "reduceSum") return undefined;
  const [product] = value.inputs as [Value];
  if (product.op !== "mul") return undefined;
  const [x, s] = product.inputs as [Value, Value];
  if (sizeOf(s.shape) !== 1 || s.shape.length > value.shape.length || !sameShape(x.shape, product.shape))
    return undefined;
  return mul(withOperands(value, [x]), s);
};

/** Σ oneHot(labels)·g = g along the classes for g with one number per row: where a label is outside, g is an error by itself. */
const sumOfOneHot: Rule = (value) => {
  if (value.op !== "reduceSum") return undefined;
  const [product] = value.inputs as [Value];
  const { axes } = value.attributes;
  if (axes.length !== 1 || axes[0] !== product.shape.length - 1) return undefined;
  const found = oneHotTimes(product);
  return found && reshape(found.factor, value.shape);
};

/** One-hots in another shape or order are those of labels in it. */
const rearrangedOneHot: Rule = (value) => {
  const [hot] = value.inputs as [Value];
  const [labels] = hot.inputs as [Value];
  if (hot.op !== "oneHot" || value.shape.at(-1) !== hot.shape.at(-1)) return undefined;
  const last = labels.shape.length;
  if (value.op === "reshape") return oneHot(reshape(labels, value.shape.slice(0, -1)), value.shape.at(-1)!);
  if (value.op !== "transpose" || value.attributes.permutation[last] !== last) return undefined;
  return oneHot(transpose(labels, value.attributes.permutation.slice(0, -1)), value.shape.at(-1)!);
};

/** Whether a reduction sums over whole image planes. */
const overPlanes = (axes: readonly number[]): boolean => axes.includes(2) && axes.includes(3);

/** Σ scatter(g) = Σ g over image planes: scattering moves elements within a plane. */
const sumOfScatter: Rule = (value) => {
  if (value.op !== "reduceSum" || !overPlanes(value.attributes.axes)) return undefined;
  const [scattered] = value.inputs as [Value];
  return scattered.op === "poolScatter" ? reduceSum(scattered.inputs[0]!, value.attributes) : undefined;
};

/**
 * Σ scatter(g, i)·x = Σ g·gather(x, i) over image planes: scatter and gather are adjoint. Where windows overlap there are hardly
 * fewer elements, and finding positions costs more.
 */
const sumOfScatteredProduct: Rule = (value) => {
  if (value.op !== "reduceSum" || !overPlanes(value.attributes.axes)) return undefined;
  const [product] = value.inputs as [Value];
  if (product.op !== "mul") return undefined;
  for (const [a, b] of [product.inputs, [...product.inputs].reverse()] as [Value, Value][]) {
    if (a.op !== "poolScatter" || !sameShape(b.shape, a.shape)) continue;
    if (overlaps(a.attributes.size, a.attributes)) continue;
    const [g, indices] = a.inputs as [Value, Value];
    return reduceSum(mul(g, poolGather(b, indices, a.attributes)), value.attributes);
  }
  return undefined;
};

/** scatter(g)·s = scatter(g·s) for s with one number per image plane: fewer elements to multiply. */
const scaleBeforeScatter: Rule = (value) => {
  for (const [a, s] of [value.inputs, [...value.inputs].reverse()] as [Value, Value][]) {
    if (a.op !== "poolScatter" || s.shape.slice(-2).some((size) => size !== 1) || s.shape.length > 4) continue;
    return withOperands(a, [mul(a.inputs[0]!, s), a.inputs[1]!]);
  }
  return undefined;
};

const rules: Partial<Record<OpName, readonly Rule[]>> = {
  add: [addZero, addNegative, dropBroadcast, joinNeighbours],
  sub: [subtractZero, dropBroadcast, factoredSlope],
  mul: [timesOne, constantLast, mergeFactors, dropBroadcast, scaleBeforeScatter],
  div: [divideByConstant, dropBroadcast],
  greater: [dropBroadcast],
  equal: [dropBroadcast],
  maximum: [dropBroadcast],
  pow: [smallPower, dropBroadcast],
  where: [chooseByConstant, dropBroadcast],
  concat: [mergeConcats],
  slice: [sliceOfPad],
  reshape: [mergeReshapes, rearrangedOneHot, factorBehind],
  matmul: [factorBehind],
  transpose: [mergeTransposes, rearrangedOneHot],
  broadcastTo: [mergeBroadcasts],
  reduceSum: [reduceNothing, sumOfScatter, sumOfScatteredProduct, sumOfOneHot, sumOfBroadcast, sumOfMultiple],
  reduceMax: [reduceNothing],
};
