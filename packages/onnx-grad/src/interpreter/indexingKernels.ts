/** Primitives along one axis, over arrays seen as [outer × n × inner]. */
import { rangeError } from "../graph/errors.ts";
import { type Node, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { type FloatArray, type Precision, zeros } from "./arrays.ts";

/** Elements before, along and after the axes from `axis` on of which there are `count`. */
function around(shape: Shape, axis: number, count = 1): readonly [outer: number, n: number, inner: number] {
  const end = axis + count;
  return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis, end)), sizeOf(shape.slice(end))];
}

export function accumulate(value: Node<"cumulativeSum">, [x]: readonly FloatArray[], precision: Precision): FloatArray {
  const { axis, reverse, exclusive } = value.attributes;
  const out = zeros(precision, x!.length);
  const [outer, n, inner] = around(value.shape, axis);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < inner; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const at = (a * n + (reverse ? n - 1 - i : i)) * inner + b;
        const before = sum;
        sum += x![at]!;
        out[at] = exclusive ? before : sum;
      }
    }
  }
  return out;
}

export function firstLargest(value: Node<"argMax">, [x]: readonly FloatArray[]): FloatArray {
  const [outer, n, inner] = around(value.inputs[0]!.shape, value.attributes.axis);
  return new Float64Array(outer * inner).map((_, at) => {
    const start = Math.floor(at / inner) * n * inner + (at % inner);
    let best = 0;
    for (let i = 1; i < n; i++) {
      const [largest, next] = [x![start + best * inner]!, x![start + i * inner]!];
      if (next > largest || (Number.isNaN(next) && !Number.isNaN(largest))) best = i;
    }
    return best;
  });
}

export function joined(value: Node<"concat">, inputs: readonly FloatArray[], precision: Precision): FloatArray {
  const out = zeros(precision, sizeOf(value.shape));
  const [outer, n, inner] = around(value.shape, value.attributes.axis);
  let start = 0;
  for (const x of inputs) {
    const run = x.length / outer;
    for (let a = 0; a < outer; a++) out.set(x.subarray(a * run, (a + 1) * run), a * n * inner + start);
    start += run;
  }
  return out;
}

/** `index` if it is in 0 … size − 1. */
function checked(op: string, index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw rangeError("evaluate", `indices of ${op}`, `must be in 0 … ${size - 1}`, index);
}

/** Calls `visit(whole, part)` with the starts of each slice that indices name and of its place among the slices. */
function walkSlices(
  op: string,
  whole: Value,
  axis: number,
  indices: FloatArray,
  visit: (whole: number, part: number, length: number) => void,
): void {
  const [outer, n, inner] = around(whole.shape, axis);
  for (let a = 0; a < outer; a++) {
    for (let i = 0; i < indices.length; i++) {
      const from = (a * n + checked(op, indices[i]!, n)) * inner;
      visit(from, (a * indices.length + i) * inner, inner);
    }
  }
}

export function gatherSlices(
  value: Node<"gather">,
  [x, indices]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const out = zeros(precision, sizeOf(value.shape));
  walkSlices("gather", value.inputs[0]!, value.attributes.axis, indices!, (from, to, length) => {
    out.set(x!.subarray(from, from + length), to);
  });
  return out;
}

export function addSlices(
  value: Node<"scatterAdd">,
  [y, indices]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const sums = new Float64Array(sizeOf(value.shape));
  walkSlices("scatterAdd", value, value.attributes.axis, indices!, (to, from, length) => {
    for (let b = 0; b < length; b++) sums[to + b]! += y![from + b]!;
  });
  return precision === "float64" ? sums : Float32Array.from(sums);
}
