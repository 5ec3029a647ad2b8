/** Shapes and pieces: elements are moved, not computed. */
import { type Shape, sizeOf, type Value } from "../../../graph/value.ts";
import { add, commonShape, where } from "../../../ops/elementwise.ts";
import { gather } from "../../../ops/indexing.ts";
import { broadcastTo, concat, pad, reshape, slice, transpose } from "../../../ops/layout.ts";
import { split, tile } from "../../../ops/pieces.ts";
import type { NodeReader } from "../nodeReader.ts";
import { int64, type Operators, type Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { floatOf, integerOf, isEmpty, known, listed, type Tensor } from "../tensor.ts";

/** `value` with the type of the node's first input. */
const like = (node: NodeReader, value: Value): Tensor => ({ type: node.type(0), value });

/** `x` under another shape; a constant without elements may have any. */
function reshaped(x: Value, shape: Shape): Value {
  if (isEmpty(x) && sizeOf(shape) === 0) return known([], shape);
  return reshape(x, shape);
}

function reshapeOf(node: NodeReader): Result {
  const x = node.value(0);
  const stated = node.known(1);
  const copies = node.integer("allowzero", 0) === 0;
  const shape = stated.map((size, i) => (size === 0 && copies ? x.shape[i]! : size));
  return like(node, reshaped(x, shape));
}

function flatten(node: NodeReader): Result {
  const x = node.value(0);
  const rank = x.shape.length;
  const axis = node.integer("axis", 1);
  const at = axis < 0 ? axis + rank : axis;
  if (!(at >= 0 && at <= rank)) throw new Error(`axis ${axis} is none of ${rank}`);
  return like(node, reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]));
}

/** Axes that are an input since version 13, an attribute before. */
function axesOf(node: NodeReader): readonly number[] | undefined {
  if (node.opset < 13) return node.integers("axes");
  return node.has(1) ? node.known(1) : undefined;
}

function squeeze(node: NodeReader): Result {
  const x = node.value(0);
  const axes = axesOf(node)?.map((axis) => node.axis(axis, x.shape.length));
  const goes = (size: number, i: number): boolean => (axes === undefined ? size === 1 : axes.includes(i));
  return like(
    node,
    reshaped(
      x,
      x.shape.filter((size, i) => !goes(size, i)),
    ),
  );
}

function unsqueeze(node: NodeReader): Result {
  const x = node.value(0);
  const stated = axesOf(node) ?? [];
  const rank = x.shape.length + stated.length;
  const axes = stated.map((axis) => node.axis(axis, rank));
  const sizes = x.shape.values();
  const shape = Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (sizes.next().value ?? 1)));
  return like(node, reshaped(x, shape));
}

function expand(node: NodeReader): Result {
  const x = node.value(0);
  const shape = commonShape([x.shape, node.known(1)]);
  if (shape === undefined) throw new Error(`[${x.shape}] does not stretch to [${node.known(1)}]`);
  return like(node, broadcastTo(x, shape));
}

function concatenate(node: NodeReader): Result {
  const tensors = Array.from({ length: node.numInputs }, (_, i) => node.value(i));
  const full = tensors.filter((value) => !isEmpty(value));
  if (full.length === 0) return like(node, tensors[0]!);
  const isMixed = full.some(({ dtype }) => dtype !== full[0]!.dtype);
  const axis = node.axis(node.integer("axis", 0), full[0]!.shape.length);
  return like(node, concat(isMixed ? full.map(floatOf) : full, axis));
}

/** Sizes are an attribute before version 13, an input since; without them parts are equal, the last one smaller. */
function pieces(node: NodeReader): Result[] {
  const x = node.value(0);
  const axis = node.axis(node.integer("axis", 0), x.shape.length);
  const stated = node.opset < 13 ? node.integers("split") : node.has(1) ? node.known(1) : undefined;
  const size = x.shape[axis]!;
  const count = node.integer("num_outputs", node.numOutputs);
  const part = Math.ceil(size / count);
  const sizes = stated ?? listed(count, (i) => Math.min(part, size - i * part));
  return split(x, sizes, axis).map((value) => like(node, value));
}

/** What Slice takes of one axis: `count` elements from `start` on, `step` apart. */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function rangeOf(size: number, from: number, to: number, step: number): Range {
  if (step === 0) throw new Error("a step must not be 0");
  const within = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const start = within(from, 0, high);
  const end = within(to, low, high);
  return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
}

function sliceOf(node: NodeReader): Result {
  const x = node.value(0);
  const listOf = (attribute: string, input: number): readonly number[] | undefined =>
    node.opset < 10 ? node.integers(attribute) : node.has(input) ? node.known(input) : undefined;
  const starts = listOf("starts", 1) ?? [];
  const ends = listOf("ends", 2) ?? [];
  const axes = (listOf("axes", 3) ?? starts.map((_, i) => i)).map((axis) => node.axis(axis, x.shape.length));
  const steps = node.opset >= 10 && node.has(4) ? node.known(4) : starts.map(() => 1);
  const ranges = x.shape.map((size, i): Range => {
    const at = axes.indexOf(i);
    return at < 0 ? { start: 0, step: 1, count: size } : rangeOf(size, starts[at]!, ends[at]!, steps[at]!);
  });
  const shape = ranges.map(({ count }) => count);
  if (sizeOf(shape) === 0) return like(node, known([], shape));
  return like(node, taken(x, ranges));
}

function taken(x: Value, ranges: readonly Range[]): Value {
  const contiguous = ranges.map(({ start, step, count }, i) =>
    step === 1 ? { start, count } : { start: 0, count: x.shape[i]! },
  );
  const block = slice(
    x,
    contiguous.map(({ start }) => start),
    contiguous.map(({ count }) => count),
  );
  return ranges.reduce((y, { start, step, count }, axis) => {
    if (step === 1) return y;
    return chosen(
      y,
      listed(count, (i) => start + i * step),
      axis,
    );
  }, block);
}

/** The slices of x along `axis` at known places. */
function chosen(x: Value, places: readonly number[], axis: number): Value {
  return gather(floatOf(x), integerOf(known(places)), axis);
}

/** Paddings are an attribute before version 11, inputs since; other modes than that of a constant choose elements of x. */
function padding(node: NodeReader): Result {
  const x = node.float(0);
  const stated = node.opset < 11 ? (node.integers("pads") ?? []) : node.known(1);
  const axes = (node.has(3) ? node.known(3) : x.shape.map((_, i) => i)).map((axis) => node.axis(axis, x.shape.length));
  const side = (from: number): number[] => x.shape.map((_, i) => stated[axes.indexOf(i) + from] ?? 0);
  const before = x.shape.map((_, i) => (axes.includes(i) ? side(0)[i]! : 0));
  const after = x.shape.map((_, i) => (axes.includes(i) ? side(axes.length)[i]! : 0));
  const mode = node.text("mode", "constant");
  if (mode === "constant") return like(node, paddedBy(node, x, before, after));
  const place = placesOf[mode];
  if (place === undefined) throw unsupported(`mode "${mode}" is not supported`);
  return like(
    node,
    x.shape.reduce((y, size, axis) => {
      const length = before[axis]! + size + after[axis]!;
      if (length === size && before[axis] === 0) return y;
      return chosen(
        y,
        listed(length, (i) => place(i - before[axis]!, size)),
        axis,
      );
    }, x),
  );
}

const mod = (i: number, n: number): number => ((i % n) + n) % n;

/** Which element of n is at place i of those modes. */
const placesOf: Readonly<Record<string, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  reflect: (i, n) => (n === 1 ? 0 : n - 1 - Math.abs(n - 1 - mod(i, 2 * (n - 1)))),
  wrap: mod,
};

/** Negative paddings take elements away. */
function paddedBy(node: NodeReader, x: Value, before: readonly number[], after: readonly number[]): Value {
  const value = node.opset < 11 ? node.number("value", 0) : node.has(2) ? (node.known(2)[0] ?? 0) : 0;
  const cut = slice(
    x,
    before.map((n) => Math.max(0, -n)),
    x.shape.map((size, i) => size + Math.min(0, before[i]!) + Math.min(0, after[i]!)),
  );
  const sides = [before, after].map((side) => side.map((n) => Math.max(0, n))) as [number[], number[]];
  const zeros = pad(cut, ...sides);
  if (value === 0 || zeros === cut) return zeros;
  const ones = pad(broadcastTo(known([1], []), cut.shape), ...sides);
  return add(zeros, where(ones, known([0], []), known([value], [])));
}

/** [b × c·n² × h × w] ↔ [b × c × h·n × w·n]. */
function depthToSpace(node: NodeReader): Result {
  const x = node.value(0);
  const [b, depth, h, w] = x.shape as [number, number, number, number];
  const n = node.integer("blocksize", 1);
  const c = depth / (n * n);
  const isColumnsFirst = node.text("mode", "DCR") === "DCR";
  const blocks = reshape(x, isColumnsFirst ? [b, n, n, c, h, w] : [b, c, n, n, h, w]);
  const moved = transpose(blocks, isColumnsFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
  return like(node, reshape(moved, [b, c, h * n, w * n]));
}

function spaceToDepth(node: NodeReader): Result {
  const x = node.value(0);
  const [b, c, h, w] = x.shape as [number, number, number, number];
  const n = node.integer("blocksize", 1);
  const blocks = reshape(x, [b, c, h / n, n, w / n, n]);
  return like(node, reshape(transpose(blocks, [0, 3, 5, 1, 2, 4]), [b, c * n * n, h / n, w / n]));
}

function shapeOf(node: NodeReader): Result {
  const shape = node.shape(0);
  const place = (name: string, otherwise: number): number => {
    const at = node.integer(name, otherwise);
    return Math.min(Math.max(at < 0 ? at + shape.length : at, 0), shape.length);
  };
  return int64(known(shape.slice(place("start", 0), place("end", shape.length))));
}

export const layout: Operators = {
  Concat: { attributes: ["axis"], read: concatenate },
  DepthToSpace: { attributes: ["blocksize", "mode"], read: depthToSpace },
  Expand: { opsets: [8, 21], read: expand },
  Flatten: { attributes: ["axis"], read: flatten },
  Pad: { attributes: ["mode", "pads", "value"], read: padding },
  Reshape: { attributes: ["allowzero"], read: reshapeOf },
  Shape: { withoutGradient: true, attributes: ["start", "end"], read: shapeOf },
  Size: { withoutGradient: true, read: (node) => int64(known([sizeOf(node.shape(0))], [])) },
  Slice: { attributes: ["starts", "ends", "axes"], read: sliceOf },
  SpaceToDepth: { attributes: ["blocksize"], read: spaceToDepth },
  Split: { attributes: ["axis", "split", "num_outputs"], read: pieces },
  Squeeze: { attributes: ["axes"], read: squeeze },
  Tile: { read: (node) => like(node, tile(node.value(0), node.known(1))) },
  Transpose: {
    attributes: ["perm"],
    read: (node) => like(node, transpose(node.value(0), node.integers("perm"))),
  },
  Unsqueeze: { attributes: ["axes"], read: unsqueeze },
};
