/**
 * One primitive over the values of all steps at once, stacked along a new first axis: one operation in place of one per step.
 *
 * Operands that are the same at every step are not stacked.
 */
import type { Node, OpName, Value } from "../graph/value.ts";
import { binaryOps, unaryOps } from "../ops/elementwise.ts";
import { gather, scatterAdd } from "../ops/indexing.ts";
import { broadcastTo, concat, pad, reshape, slice, transpose } from "../ops/layout.ts";
import { matmul } from "../ops/matmul.ts";
import { cumulativeSum, pick, reduceMax, reduceSum } from "../ops/reductions.ts";

/** An operand: stacked over the steps, or the same at every step. */
export interface Operand {
  readonly value: Value;
  readonly isStacked: boolean;
}

type Rule<O extends OpName> = (value: Node<O>, operands: readonly Operand[], steps: number) => Value | undefined;

/** A stacked operand with axes of size 1 behind the first one, until it has `rank` axes beside it. */
function aligned({ value, isStacked }: Operand, rank: number): Value {
  if (!isStacked) return value;
  const [steps, ...shape] = value.shape as [number, ...number[]];
  return reshape(value, [steps, ...new Array(Math.max(rank - shape.length, 0)).fill(1), ...shape]);
}

/** An operand stacked in any case. */
function stacked({ value, isStacked }: Operand, steps: number): Value {
  return isStacked ? value : broadcastTo(value, [steps, ...value.shape]);
}

/** A primitive whose attributes do not speak of axes and that stretches its operands. */
const elementwise: Rule<OpName> = (value, operands, steps) => {
  const inputs = operands.map((operand) => aligned(operand, value.shape.length));
  return { ...value, inputs, shape: [steps, ...value.shape] } as Value;
};

const further = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);

/** The first operand of an operation that has one, which is stacked. */
const first = ([operand]: readonly Operand[]): Value => operand!.value;

const rules: { readonly [O in OpName]?: Rule<O> } = {
  ...Object.fromEntries(
    [...binaryOps, ...unaryOps, "where", "cast", "softmax", "logSoftmax", "oneHot"].map((op) => [op, elementwise]),
  ),
  matmul: ({ inputs, attributes }, operands) => {
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    const [a, b] = operands.map((operand) => aligned(operand, rank));
    return matmul(a!, b!, attributes);
  },
  reshape: ({ shape }, operands, steps) => reshape(first(operands), [steps, ...shape]),
  broadcastTo: ({ shape }, [x], steps) => broadcastTo(aligned(x!, shape.length), [steps, ...shape]),
  transpose: ({ attributes: { permutation } }, operands) => transpose(first(operands), [0, ...further(permutation)]),
  slice: ({ attributes: { starts }, shape }, operands, steps) =>
    slice(first(operands), [0, ...starts], [steps, ...shape]),
  pad: ({ inputs: [x], attributes: { before }, shape }, operands) => {
    const after = shape.map((size, axis) => size - before[axis]! - x!.shape[axis]!);
    return pad(first(operands), [0, ...before], [0, ...after]);
  },
  concat: ({ attributes: { axis } }, operands, steps) =>
    concat(
      operands.map((operand) => stacked(operand, steps)),
      axis + 1,
    ),
  reduceSum: ({ attributes: { axes, keepDims } }, operands) =>
    reduceSum(first(operands), { axes: further(axes), keepDims }),
  reduceMax: ({ attributes: { axes, keepDims } }, operands) =>
    reduceMax(first(operands), { axes: further(axes), keepDims }),
  cumulativeSum: ({ attributes: { axis, ...rest } }, operands) =>
    cumulativeSum(first(operands), { axis: axis + 1, ...rest }),
  pick: (_, operands, steps) => {
    const [x, labels] = operands.map((operand) => stacked(operand, steps));
    return pick(x!, labels!);
  },
  gather: ({ attributes: { axis } }, [x, indices]) => {
    if (!indices!.isStacked) return gather(x!.value, indices!.value, axis + 1);
    return x!.isStacked || axis > 0 ? undefined : gather(x!.value, indices!.value, 0);
  },
  scatterAdd: ({ attributes: { axis }, shape }, [y, indices]) =>
    indices!.isStacked ? undefined : scatterAdd(y!.value, indices!.value, axis + 1, shape[axis]!),
};

/**
 * `value` at every step, [steps × …], over `operands` in place of its inputs, of which at least one is stacked; undefined for a
 * primitive that has no such form.
 */
export function overSteps(value: Value, operands: readonly Operand[], steps: number): Value | undefined {
  const rule = rules[value.op] as Rule<OpName> | undefined;
  return rule?.(value, operands, steps);
}
