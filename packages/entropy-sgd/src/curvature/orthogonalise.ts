import type { Vector } from "../types.ts";
import { dot, norm } from "./vectors.ts";

/**
 * Removes from `w`, in place, its components along an orthonormal basis, and returns them.
 *
 * Twice is enough (Kahan and Parlett): after the second pass what is left is orthogonal to rounding. Cost: 4nm flops twice.
 */
export function orthogonalise(w: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const components = new Float64Array(basis.length);
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((v, k) => {
      const c = dot(w, v);
      components[k] += c;
      for (let i = 0; i < w.length; i++) w[i] -= c * v[i];
    });
  }
  return components;
}

/** An orthonormal basis of vectors, in their order; those that depend on the ones before to 1e-10 are left out. */
export function orthonormalBasis(vectors: readonly Vector[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    orthogonalise(rest, basis);
    const length = norm(rest);
    if (length > 1e-10 * norm(vector)) basis.push(rest.map((value) => value / length));
  }
  return basis;
}

/** Σ cₖvₖ, shape (n,). */
export function combination(coefficients: ArrayLike<number>, vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((v, k) => {
    for (let i = 0; i < sum.length; i++) sum[i] += coefficients[k] * v[i];
  });
  return sum;
}
