/**
 * Transpositions moved past elementwise primitives and sums toward the outputs, so that they meet and cancel.
 *
 *   f(aᵀ) = f(a)ᵀ        f(aᵀ, b) = f(a, b⁻ᵀ)ᵀ        Σ aᵀ = (Σ a)ᵀ        a block of aᵀ = (a block of a)ᵀ
 *
 * The last leaves a small transposition in place of a large one. Of two whole operands only one need be transposed: the
 * other is transposed back instead, for a mask or a pooled gradient that a layer takes in and gives out in the same layout.
 *
 * Only transpositions that bring the last axis to the front sink. Their inverses stay where they are: with both, the two of
 * f(aᵀ, b) would change places for ever.
 */
import { type Node, type OpName, sameShape, sizeOf, type Value } from "../graph/value.ts";
import { binaryOps, unaryOps } from "../ops/elementwise.ts";
import { reshape, slice, transpose } from "../ops/layout.ts";

const unary: ReadonlySet<OpName> = new Set([...unaryOps, "cast"]);
const broadcasting: ReadonlySet<OpName> = new Set([...binaryOps, "where"]);

/** `value` as a transposition of something, or undefined where it is none. */
export function sinkTranspose(value: Value): Value | undefined {
  if (unary.has(value.op)) return throughUnary(value);
  if (broadcasting.has(value.op)) return throughBroadcasting(value);
  if (value.op === "reduceSum" || value.op === "reduceMax") return throughReduction(value);
  if (value.op === "slice") return throughSlice(value);
  return undefined;
}

/** Whether `x` is a transposition that sinks. */
function sinks(x: Value): x is Node<"transpose"> {
  if (x.op !== "transpose") return false;
  const { permutation } = x.attributes;
  return permutation.length > 2 && permutation[0] === permutation.length - 1;
}

/** `value` of other inputs and shape; for primitives whose attributes do not speak of the shape. */
const remade = (value: Value, inputs: readonly Value[], shape: readonly number[]): Value =>
  ({ ...value, inputs, shape }) as Value;

function throughUnary(value: Value): Value | undefined {
  const [x] = value.inputs as [Value];
  if (!sinks(x)) return undefined;
  const [a] = x.inputs as [Value];
  return transpose(remade(value, [a], a.shape), x.attributes.permutation);
}

function throughBroadcasting(value: Value): Value | undefined {
  for (const x of value.inputs) {
    if (!sinks(x) || !sameShape(x.shape, value.shape)) continue;
    const [a] = x.inputs as [Value];
    const { permutation } = x.attributes;
    const inputs = value.inputs.map((input) => (input === x ? a : transposedBack(input, permutation)));
    return transpose(remade(value, inputs, a.shape), permutation);
  }
  return undefined;
}

/** The operand whose transposition by `permutation` is `x`, for x that broadcasts to as many axes. */
function transposedBack(x: Value, permutation: readonly number[]): Value {
  if (sizeOf(x.shape) === 1) return reshape(x, []);
  const whole = reshape(x, [...new Array(permutation.length - x.shape.length).fill(1), ...x.shape]);
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return transpose(whole, inverse);
}

function throughSlice(value: Node<"slice">): Value | undefined {
  const [x] = value.inputs as [Value];
  if (!sinks(x)) return undefined;
  const { permutation } = x.attributes;
  const back = (list: readonly number[]): number[] => permutation.map((_, axis) => list[permutation.indexOf(axis)]!);
  return transpose(slice(x.inputs[0]!, back(value.attributes.starts), back(value.shape)), permutation);
}

function throughReduction(value: Value): Value | undefined {
  if (value.op !== "reduceSum" && value.op !== "reduceMax") return undefined;
  const [x] = value.inputs as [Value];
  if (!sinks(x)) return undefined;
  const [a] = x.inputs as [Value];
  const { permutation } = x.attributes;
  const axes = value.attributes.axes.map((axis) => permutation[axis]!).sort((i, j) => i - j);
  const shape = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const reduced = { ...value, inputs: [a], shape, attributes: { axes, keepDims: true } } as Value;
  return reshape(transpose(reduced, permutation), value.shape);
}
