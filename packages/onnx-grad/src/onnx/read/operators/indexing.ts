/** Elements chosen by indices, and what is made from indices. */
import { type Shape, sizeOf, type Value } from "../../../graph/value.ts";
import { stridesOf } from "../../../interpreter/arrays.ts";
import { add, mul, where } from "../../../ops/elementwise.ts";
import { gather, scatterAdd } from "../../../ops/indexing.ts";
import { reshape, transpose } from "../../../ops/layout.ts";
import { oneHot } from "../../../ops/reductions.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { floatOf, integerOf, known, listed, type Tensor } from "../tensor.ts";

const like = (node: NodeReader, value: Value): Tensor => ({ type: node.type(0), value });

/** Known indices may count from the end; those of a running graph must be 0 … size − 1. */
function indicesOf(node: NodeReader, input: number, size: number): Value {
  if (!node.isKnown(input)) return integerOf(node.value(input));
  const { shape } = node.knownValue(input);
  return integerOf(known(fromStart(node.known(input), size), shape));
}

const fromStart = (indices: readonly number[], size: number): number[] =>
  indices.map((index) => (index < 0 ? index + size : index));

function gathered(node: NodeReader): Result {
  const x = node.float(0);
  const axis = node.axis(node.integer("axis", 0), x.shape.length);
  return like(node, gather(x, indicesOf(node, 1, x.shape[axis]!), axis));
}

/** For each of known indices along `axis`, its place in x of `shape` as one list. */
function placesAlong(node: NodeReader, axis: number, shape: Shape): number[] {
  const indices = node.known(1);
  const from = node.knownValue(1).shape;
  const [steps, strides] = [stridesOf(from), stridesOf(shape)];
  const chosen = fromStart(indices, shape[axis]!);
  return chosen.map((index, at) =>
    from.reduce((place, size, i) => {
      const own = Math.floor(at / steps[i]!) % size;
      return place + (i === axis ? index : own) * strides[i]!;
    }, 0),
  );
}

const list = (x: Value): Value => reshape(x, [sizeOf(x.shape)]);
const places = (at: readonly number[]): Value => integerOf(known(at));

function gatherElements(node: NodeReader): Result {
  const x = node.float(0);
  const axis = node.axis(node.integer("axis", 0), x.shape.length);
  const chosen = gather(list(x), places(placesAlong(node, axis, x.shape)), 0);
  return like(node, reshape(chosen, node.shape(1)));
}

/** Elements of x replaced, or added to, at known places. */
function scatterElements(node: NodeReader): Result {
  const x = node.float(0);
  const axis = node.axis(node.integer("axis", 0), x.shape.length);
  const at = placesAlong(node, axis, x.shape);
  return like(node, reshape(scattered(node, list(x), at, list(node.float(2))), x.shape));
}

function scattered(node: NodeReader, x: Value, at: readonly number[], updates: Value): Value {
  const mode = node.text("reduction", "none");
  if (mode !== "none" && mode !== "add") throw unsupported(`reduction "${mode}" is not supported`);
  const size = x.shape[0]!;
  const there = scatterAdd(updates, places(at), 0, size);
  if (mode === "add") return add(x, there);
  if (new Set(at).size < at.length) throw unsupported("an element that is written twice is not supported");
  const written = listed(size, () => 0);
  for (const place of at) written[place] = 1;
  return where(known(written), there, x);
}

/** The places in x of the slices that known index tuples name, and the shape of a slice. */
function tuples(node: NodeReader, shape: Shape, batch: number): { readonly at: number[]; readonly rest: Shape } {
  const indices = node.known(1);
  const from = node.knownValue(1).shape;
  const length = from[from.length - 1]!;
  const rest = shape.slice(batch + length);
  const strides = stridesOf(shape);
  const block = sizeOf(rest);
  const perBatch = sizeOf(from.slice(batch, -1));
  const at = Array.from({ length: sizeOf(from.slice(0, -1)) }, (_, tuple) => {
    let place = Math.floor(tuple / perBatch) * sizeOf(shape.slice(batch));
    for (let i = 0; i < length; i++) {
      const index = indices[tuple * length + i]!;
      const size = shape[batch + i]!;
      if (index >= size || index < -size) throw new Error(`index ${index} is none of ${size}`);
      place += (index < 0 ? index + size : index) * strides[batch + i]!;
    }
    return place;
  });
  return { at: listed(at.length * block, (i) => at[Math.floor(i / block)]! + (i % block)), rest };
}

function gatherTuples(node: NodeReader): Result {
  const x = node.float(0);
  const { at, rest } = tuples(node, x.shape, node.integer("batch_dims", 0));
  return like(node, reshape(gather(list(x), places(at), 0), [...node.shape(1).slice(0, -1), ...rest]));
}

function scatterTuples(node: NodeReader): Result {
  const x = node.float(0);
  const { at } = tuples(node, x.shape, 0);
  return like(node, reshape(scattered(node, list(x), at, list(node.float(2))), x.shape));
}

/** Rows with 1 at the index, or at depth + index for negative ones; all 0 where neither is there. */
const oneHotOfEither = (indices: Value, depth: number): Value =>
  add(oneHot(integerOf(indices), depth), oneHot(integerOf(add(floatOf(indices), known([depth], []))), depth));

/** Rows of `off` with `on` at the index, negative ones counting from the end. */
function oneHotOf(node: NodeReader): Result {
  const depth = node.known(1)[0]!;
  const rank = node.shape(0).length + 1;
  const axis = node.axis(node.integer("axis", -1), rank);
  const rows = node.isKnown(0) ? oneHot(indicesOf(node, 0, depth), depth) : oneHotOfEither(node.value(0), depth);
  const order = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i < axis ? i : i - 1));
  const hot = transpose(rows, order);
  const [off, on] = node.known(2) as [number, number];
  return { type: node.type(2), value: add(mul(hot, known([on - off], [])), known([off], [])) };
}

/** Slices at which a known condition holds. */
function compress(node: NodeReader): Result {
  const x = node.float(0);
  const condition = node.known(1);
  const at = condition.flatMap((holds, i) => (holds === 0 ? [] : [i]));
  if (!node.hasAttribute("axis")) return like(node, gather(list(x), places(at), 0));
  return like(node, gather(x, places(at), node.axis(node.integer("axis", 0), x.shape.length)));
}

/** Each sequence's first elements, as many as its known length says, backwards. */
function reverseSequence(node: NodeReader): Result {
  const x = node.float(0);
  const [batchAxis, timeAxis] = [node.integer("batch_axis", 1), node.integer("time_axis", 0)];
  const lengths = node.known(1);
  const strides = stridesOf(x.shape);
  const at = listed(sizeOf(x.shape), (place) => {
    const along = (axis: number): number => Math.floor(place / strides[axis]!) % x.shape[axis]!;
    const [time, length] = [along(timeAxis), lengths[along(batchAxis)]!];
    return time < length ? place + (length - 1 - 2 * time) * strides[timeAxis]! : place;
  });
  return like(node, reshape(gather(list(x), places(at), 0), x.shape));
}

export const indexing: Operators = {
  Compress: { opsets: [9, 21], attributes: ["axis"], read: compress },
  Gather: { attributes: ["axis"], read: gathered },
  GatherElements: { opsets: [11, 21], attributes: ["axis"], read: gatherElements },
  GatherND: { opsets: [11, 21], attributes: ["batch_dims"], read: gatherTuples },
  OneHot: { opsets: [9, 21], withoutGradient: true, attributes: ["axis"], read: oneHotOf },
  ReverseSequence: { opsets: [10, 21], attributes: ["batch_axis", "time_axis"], read: reverseSequence },
  Scatter: { opsets: [9, 10], attributes: ["axis"], read: scatterElements },
  ScatterElements: { opsets: [11, 21], attributes: ["axis", "reduction"], read: scatterElements },
  ScatterND: { opsets: [11, 21], attributes: ["reduction"], read: scatterTuples },
};
