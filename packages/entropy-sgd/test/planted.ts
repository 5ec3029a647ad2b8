/** Matrices of known spectrum, for tests of instruments. */
import { type SymmetricOperator, symmetricOperator } from "../src/curvature/symmetricOperator.ts";
import { norm } from "../src/curvature/vectors.ts";
import { normalInto } from "../src/random/fills.ts";
import { randomKey } from "../src/random/randomKey.ts";

/** Independent normals: draw number `step`. */
export function normals(n: number, step: number): Float64Array {
  const out = new Float64Array(n);
  normalInto(out, { key: randomKey(5, "curvature"), stream: 0, step });
  return out;
}

/**
 * A = Q diag(λ) Qᵀ with Q a product of random reflections: a dense matrix of known spectrum, applied without storing it. The more
 * reflections, the more elements each eigenvector is spread over.
 * With `round` = Math.fround every operation is rounded to float32, as an engine does it, and A is symmetric only up to that.
 */
export function planted(
  eigenvalues: Float64Array,
  round: (value: number) => number = (value) => value,
  numReflections = 3,
): SymmetricOperator {
  const n = eigenvalues.length;
  const reflectors = Array.from({ length: numReflections }, (_, k) => {
    const v = normals(n, k);
    const length = norm(v);
    return v.map((value) => value / length);
  });
  const reflect = (x: Float64Array, v: Float64Array): void => {
    let dot = 0;
    for (let i = 0; i < n; i++) dot = round(dot + round(x[i] * v[i]));
    for (let i = 0; i < n; i++) x[i] = round(x[i] - 2 * dot * v[i]);
  };
  return symmetricOperator(n, (v) => {
    const x = Float64Array.from(v, round);
    for (const u of reflectors) reflect(x, u);
    for (let i = 0; i < n; i++) x[i] = round(x[i] * eigenvalues[i]);
    for (const u of [...reflectors].reverse()) reflect(x, u);
    return x;
  });
}
