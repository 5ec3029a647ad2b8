/**
 * Symbolic values: immutable nodes of a computation graph with a static shape.
 *
 * A value is made only by the functions in `ops/`, which check shapes. It knows its inputs and nothing of its users, so
 * a graph is simply the set of values reachable from its outputs.
 */

/** Sizes of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** `float32` is computed in the precision of whoever runs the graph; `int32` holds labels, indices and positions. */
export type DType = "float32" | "int32";

/** A sliding window over the last two axes (rows, columns). */
export interface Window {
  readonly stride: readonly [number, number];
  /** Elements added around the images: zeros, −∞ where a maximum is taken. */
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  /** Steps from one element of the window to the next; 1 for neighbours. */
  readonly dilation: readonly [number, number];
}

/** A convolution's window, its groups of channels and the layout of its images. */
export interface ConvolutionWindow extends Window {
  /** Channels and filters in as many equal parts; the filters of one part see its channels only. */
  readonly groups: number;
  /** Images are [c×h×w×b] instead of [b×c×h×w], without groups; kernels are [o×c/groups×kh×kw] in both. */
  readonly batchLast?: boolean;
}

/** A pooling window and its size. */
export interface PoolWindow extends Window {
  readonly size: readonly [number, number];
}

/** What one value of a loop carries: `graph/bodies.ts` says how a body names its arguments. */
export interface ScanAttributes {
  /** The states after a step, and last what is stacked over the steps. */
  readonly body: readonly Value[];
  /** The first inputs, whose slices along the first axis the steps take; after them the initial states, then the same for every step. */
  readonly numSequences: number;
  /** Whether the last slice is taken first; results stay in the order of the slices. */
  readonly reverse: boolean;
}

/** What each primitive carries beside its inputs. The keys are the closed set of primitives. */
export interface Attributes {
  input: { readonly name: string };
  constant: { readonly data: readonly number[] };
  add: object;
  sub: object;
  mul: object;
  div: object;
  greater: object;
  equal: object;
  maximum: object;
  pow: object;
  where: object;
  exp: object;
  log: object;
  sqrt: object;
  relu: object;
  tanh: object;
  sigmoid: object;
  sin: object;
  cos: object;
  erf: object;
  floor: object;
  round: object;
  cast: object;
  softmax: object;
  logSoftmax: object;
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  conv2d: ConvolutionWindow;
  conv2dInputGradient: ConvolutionWindow;
  conv2dWeightGradient: ConvolutionWindow;
  maxPoolIndices: PoolWindow;
  poolGather: PoolWindow;
  poolScatter: PoolWindow;
  averagePool: PoolWindow;
  averagePoolGradient: PoolWindow;
  reduceSum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  reduceMax: { readonly axes: readonly number[]; readonly keepDims: boolean };
  cumulativeSum: { readonly axis: number; readonly reverse: boolean; readonly exclusive: boolean };
  argMax: { readonly axis: number; readonly keepDims: boolean };
  broadcastTo: object;
  stopGradient: object;
  reshape: object;
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly starts: readonly number[] };
  pad: { readonly before: readonly number[] };
  concat: { readonly axis: number };
  gather: { readonly axis: number };
  scatterAdd: { readonly axis: number };
  oneHot: object;
  pick: object;
  scan: ScanAttributes;
}

/** The name of a primitive. */
export type OpName = keyof Attributes;

/** One primitive applied to its inputs. Shape, dtype and inputs are fixed when it is made. */
export interface Node<O extends OpName> {
  readonly op: O;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes[O];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Any symbolic value; narrow it by `op`. */
export type Value = { [O in OpName]: Node<O> }[OpName];

/** A table with one handler per primitive. */
export type PerOp<Result, Extra extends readonly unknown[] = []> = {
  readonly [O in OpName]: (value: Node<O>, ...extra: Extra) => Result;
};

/** Applies the handler of `value`'s primitive. */
export function dispatch<Result, Extra extends readonly unknown[]>(
  table: PerOp<Result, Extra>,
  value: Value,
  ...extra: Extra
): Result {
  // The table's type pairs each key with its own node type; TypeScript cannot follow that through an index.
  const handler = table[value.op] as (value: Value, ...extra: Extra) => Result;
  return handler(value, ...extra);
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether two shapes are equal axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[2×3×4]`, for messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join("×")}]`;
}
