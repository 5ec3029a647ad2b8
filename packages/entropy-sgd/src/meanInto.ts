import { rangeError } from "./errors.ts";
import type { Vector } from "./types.ts";

/**
 * The mean of vectors, element by element: summed in float64 in their order, then rounded once. Of one vector it is that
 * vector. Cost: one pass over each.
 *
 * @param out - written, and returned; may be one of the vectors
 * @throws RangeError for no vectors, or one of another length
 * @example
 * ```ts
 * import { meanInto } from "entropy-sgd";
 * meanInto(new Float32Array(1), [new Float32Array([1]), new Float32Array([4])])[0]; // => 2.5
 * ```
 */
export function meanInto<V extends Vector>(out: V, vectors: readonly Vector[]): V {
  if (vectors.length === 0) throw rangeError("meanInto", "vectors", "must be at least one");
  const other = vectors.find(({ length }) => length !== out.length);
  if (other !== undefined)
    throw rangeError("meanInto", "vectors", `must have ${out.length} elements each`, other.length);
  const count = vectors.length;
  const [a, b, c] = vectors as readonly [Vector, Vector, Vector];
  // Parle's usual number takes half of the time as one expression. Sums begin at 0, so that those of −0 are 0.
  if (count === 3) for (let i = 0; i < out.length; i++) out[i] = (0 + a[i] + b[i] + c[i]) / count;
  else
    for (let i = 0; i < out.length; i++) {
      let sum = 0;
      for (const vector of vectors) sum += vector[i];
      out[i] = sum / count;
    }
  return out;
}
