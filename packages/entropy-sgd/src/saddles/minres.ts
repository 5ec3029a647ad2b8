/**
 * The minimal-residual method for symmetric, possibly indefinite and singular systems.
 *
 * @see Paige, Saunders 1975, "Solution of sparse indefinite systems of linear equations"
 */
import { dot, norm, type SymmetricOperator } from "../curvature/hessianOperator.ts";

/** When to stop. */
export interface MinresOptions {
  readonly maxSteps: number;
  /** Ends where ‖b − Ax‖ ≤ tolerance·‖b‖. */
  readonly tolerance: number;
}

/** The solution with its residual. */
export interface MinresResult {
  readonly solution: Float64Array;
  /** ‖b − Ax‖/‖b‖. */
  readonly relativeResidual: number;
  readonly numProducts: number;
}

/**
 * x in the Krylov space of (A, b) that minimises ‖b − Ax‖: the pseudo-inverse solution where A is singular and b in its
 * range. Cost: one product per step; memory seven vectors. The residual never rises from step to step.
 */
export async function minres(
  operator: SymmetricOperator,
  b: Float64Array,
  { maxSteps, tolerance }: MinresOptions,
): Promise<MinresResult> {
  const n = operator.dimension;
  const solution = new Float64Array(n);
  const length = norm(b);
  if (length === 0) return { solution, relativeResidual: 0, numProducts: 0 };
  // Lanczos vectors, and columns of V·R⁻¹; R is the triangle of the tridiagonal matrix under Givens rotations.
  let before = new Float64Array(n);
  let v = b.map((value) => value / length);
  let [columnBefore, column] = [new Float64Array(n), new Float64Array(n)];
  let beta = 0;
  let [cosBefore, sinBefore, cos, sin] = [1, 0, 1, 0];
  // ‖b − Ax‖ with the sign that the rotations give it.
  let residual = length;
  let numProducts = 0;
  while (numProducts < maxSteps && Math.abs(residual) > tolerance * length) {
    const w = Float64Array.from(await operator.apply(v));
    numProducts += 1;
    const alpha = dot(v, w);
    for (let i = 0; i < n; i++) w[i] -= alpha * v[i] + beta * before[i];
    const next = norm(w);
    // The new column of the tridiagonal matrix is (β, α, next): two old rotations, then the one that removes `next`.
    const far = sinBefore * beta;
    const near = cos * cosBefore * beta + sin * alpha;
    const rest = cos * alpha - sin * cosBefore * beta;
    const diagonal = Math.hypot(rest, next);
    if (diagonal === 0) break;
    [cosBefore, sinBefore, cos, sin] = [cos, sin, rest / diagonal, next / diagonal];
    const fresh = new Float64Array(n);
    for (let i = 0; i < n; i++) fresh[i] = (v[i] - far * columnBefore[i] - near * column[i]) / diagonal;
    for (let i = 0; i < n; i++) solution[i] += cos * residual * fresh[i];
    residual *= -sin;
    [columnBefore, column] = [column, fresh];
    // The Krylov space is invariant: nothing more can be had.
    if (next <= 1e-14 * diagonal) break;
    [before, v, beta] = [v, w.map((value) => value / next), next];
  }
  return { solution, relativeResidual: Math.abs(residual) / length, numProducts };
}
