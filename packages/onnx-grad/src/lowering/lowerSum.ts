/** Sums, in two levels where one would add too many terms in a row. */
import { type Node, type Shape, sizeOf } from "../graph/value.ts";
import type { LoweringContext } from "./loweringContext.ts";

/**
 * Most terms that are added one after another. ONNX Runtime adds in order: of equal terms 2¹⁴ lose 2e-4 of their sum, 2·10⁷
 * lose 8 %.
 */
const longestRun = 2 ** 14;

/** Along the last axis as many partial sums grow side by side. */
const lanes = 8;

/**
 * `ReduceSum`, or two of them over about √n terms each where a sum has more than 2¹⁴ terms in a row.
 *
 * The relative error for terms of one sign is at most some 2e-4 (equal terms), typically below 1e-5.
 */
export function lowerSum(value: Node<"reduceSum">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const { axes, keepDims } = value.attributes;
  const x = value.inputs[0]!;
  const numTerms = sizeOf(x.shape) / sizeOf(value.shape);
  if (isSumOfRows(x.shape, axes)) return graph.node("Reshape", [sumOfRows(value, context), graph.ints(value.shape)]);
  if (numTerms <= longestRun * (axes.includes(x.shape.length - 1) ? lanes : 1)) {
    return graph.node("ReduceSum", [nameOf(x), graph.ints(axes)], { attributes: { keepdims: keepDims ? 1 : 0 } });
  }
  return graph.node("Reshape", [sumByRuns(nameOf(x), x.shape, axes, context, inTwoLevels), graph.ints(value.shape)]);
}

/** From this many elements on a sum of rows is a product with ones, which reads a matrix in larger pieces: 1.2 → 0.8 ms of 4 million. */
const largeMatrix = 2 ** 20;

/** Whether the rows of a large matrix are added, not too many in a row. */
const isSumOfRows = (shape: Shape, axes: readonly number[]): boolean =>
  shape.length === 2 && axes.length === 1 && axes[0] === 0 && sizeOf(shape) >= largeMatrix && shape[0]! <= longestRun;

function sumOfRows({ inputs: [x] }: Node<"reduceSum">, { graph, nameOf }: LoweringContext): string {
  const numRows = x!.shape[0]!;
  return graph.node("Gemm", [graph.floats(new Array(numRows).fill(1), [1, numRows]), nameOf(x!)]);
}

/**
 * Most terms that a graphics processor adds at once: a small group of threads adds them up for each result, so that long sums
 * of few results leave the others idle.
 */
const longestAtOnce = 2 ** 12;

/**
 * `ReduceSum` over all axes where that is short, else over the last axes first, which lie together in memory: with a wide spread
 * of results in between (per image and channel, say) before the few in the end. The sum over first axes is a product with ones,
 * where `ReduceSum` would transpose.
 */
export function lowerSumOnDevice(value: Node<"reduceSum">, context: LoweringContext): string {
  const { graph, nameOf } = context;
  const { axes, keepDims } = value.attributes;
  const x = value.inputs[0]!;
  if (sizeOf(x.shape) <= longestAtOnce * sizeOf(value.shape)) {
    return graph.node("ReduceSum", [nameOf(x), graph.ints(axes)], { attributes: { keepdims: keepDims ? 1 : 0 } });
  }
  return graph.node("Reshape", [sumByRuns(nameOf(x), x.shape, axes, context, atOnce), graph.ints(value.shape)]);
}

/** The sum of `x` along an axis, which is left out. */
function along(axis: number, x: string, { graph }: LoweringContext): string {
  return graph.node("ReduceSum", [x, graph.ints([axis])], { attributes: { keepdims: 0 } });
}

/** The sum of x [before × n × after] over n, of up to `longestAtOnce` terms at once. */
const atOnce: SumOfRun = (x, [before, numTerms, after], context) => {
  const { graph } = context;
  if (numTerms > longestAtOnce) return inTwoLevels(x, [before, numTerms, after], context);
  if (after === 1) return along(1, graph.node("Reshape", [x, graph.ints([before, numTerms])]), context);
  if (before > 1) return along(1, graph.node("Reshape", [x, graph.ints([before, numTerms, after])]), context);
  const ones = graph.floats(new Array(numTerms).fill(1), [1, numTerms]);
  return graph.node("Gemm", [ones, graph.node("Reshape", [x, graph.ints([numTerms, after])])]);
};

/** Writes the sum of x over the middle one of three axes, whatever its shape is, and returns its tensor. */
type SumOfRun = (x: string, shape: readonly [number, number, number], context: LoweringContext) => string;

/** Neighbouring axes are a run of n terms, the last run first; `sum` takes each. */
function sumByRuns(x: string, shape: Shape, axes: readonly number[], context: LoweringContext, sum: SumOfRun): string {
  const last = axes.at(-1)!;
  let start = last;
  while (axes.includes(start - 1)) start--;
  const numTerms = sizeOf(shape.slice(start, last + 1));
  const total = sum(x, [sizeOf(shape.slice(0, start)), numTerms, sizeOf(shape.slice(last + 1))], context);
  const others = axes.filter((axis) => axis < start);
  if (others.length === 0) return total;
  const rest = shape.map((size, axis) => (axis >= start && axis <= last ? 1 : size));
  return sumByRuns(total, rest, others, context, sum);
}

/** The sum of x [before × n × after] as [⌈n/m⌉ × m] along m, then along the rest. */
const inTwoLevels: SumOfRun = (x, shape, context) => {
  const { graph } = context;
  const parts = along(2, split(graph.node("Reshape", [x, graph.ints(shape)]), shape, context), context);
  return along(1, parts, context);
};

/** [before × n × after] as [before × ⌈n/m⌉ × m × after], with zeros at the end. */
function split(x: string, [before, numTerms, after]: readonly number[], { graph }: LoweringContext): string {
  const inner = innerLength(numTerms!);
  const outer = Math.ceil(numTerms! / inner);
  const missing = outer * inner - numTerms!;
  const filled = missing === 0 ? x : graph.node("Pad", [x, graph.ints([0, 0, 0, 0, missing, 0])]);
  return graph.node("Reshape", [filled, graph.ints([before!, outer, inner, after!])]);
}

/** A divisor of n near √n, or √n rounded up where there is none. */
function innerLength(n: number): number {
  const root = Math.floor(Math.sqrt(n));
  for (let divisor = root; divisor > root / 4; divisor--) if (n % divisor === 0) return divisor;
  return root + 1;
}
