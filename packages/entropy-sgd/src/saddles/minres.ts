/**
 * The minimal-residual method for symmetric, possibly indefinite and singular systems.
 *
 * @see Paige, Saunders 1975, "Solution of sparse indefinite systems of linear equations"
 * @see Choi, Paige, Saunders 2011, "MINRES-QLP" (arXiv:1003.4042), sections 2.2 and 5: ‖Ar‖ as the sign of a
 *   least-squares solution
 * @see Liu, Milzarek, Roosta 2023, "Obtaining pseudo-inverse solutions with MINRES" (arXiv:2309.17096): the shortest one
 */

import { orthogonalise } from "../curvature/orthogonalise.ts";
import { productOf } from "../curvature/product.ts";
import type { SymmetricOperator } from "../curvature/symmetricOperator.ts";
import { dot, norm, vectorOf } from "../curvature/vectors.ts";
import { rangeError } from "../errors.ts";
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import type { Vector } from "../types.ts";

/** Options of `minres`: when to stop. */
export interface MinresOptions {
  readonly maxSteps: number;
  /** Ends where ‖b − Ax‖ ≤ tolerance·‖b‖. */
  readonly tolerance: number;
  /**
   * Ends at a least-squares solution, where ‖A(b − Ax)‖ ≤ leastSquaresTolerance·‖A‖·‖b − Ax‖. Default 1e-5: some tens of units of
   * rounding of products in float32, below which steps follow rounding only; float64 products bear 1e-12.
   */
  readonly leastSquaresTolerance?: number;
}

const table: OptionTable<MinresOptions> = {
  maxSteps: integerOption("[0, ∞)", "Steps at most, each one product."),
  tolerance: numberOption("[0, ∞)", "Relative residual at which it ends."),
  leastSquaresTolerance: numberOption("[0, ∞)", "Relative gradient of the least squares at which it ends."),
};

/** The solution with its residual. */
export interface MinresResult {
  readonly solution: Float64Array;
  /** b − Ax from a last product, shape (n,). */
  readonly residual: Float64Array;
  /** ‖b − Ax‖/‖b‖ of that residual. */
  readonly relativeResidual: number;
  /**
   * Which tolerance is met by the residuals as measured (‖Ar‖ within ten times): the system is solved, or x is the least-squares solution of least
   * norm, b having a part outside of A's range; null where neither is reached.
   */
  readonly reached: "solution" | "least squares" | null;
  readonly numSteps: number;
  readonly numProducts: number;
}

/** Iterates of least ‖Ar‖/‖r‖ that are kept, the last few of ever smaller ones. */
const numRecords = 3;
/** A measured ‖Ar‖ may be this many times the tolerance: arithmetic adds to what the recurrence says. */
const confirmed = 10;

/**
 * x in the Krylov space of (A, b) that minimises ‖b − Ax‖: the pseudo-inverse solution A⁺b, also where A is singular.
 *
 * Where b has a part outside of A's range, r = b − Ax ends as that part, Ar = 0, and x − (rᵀx/rᵀr)r is the shortest
 * least-squares solution. Vectors are re-orthogonalised, as in `lanczos`: without it rounding leads past that point, where x grows
 * without bound. Where neither tolerance is reached, x is the iterate with the least ‖Ar‖/‖r‖. Cost: one product per step and two, at most
 * eight, that measure the residuals; memory one vector per step and ten.
 *
 * @throws TypeError or RangeError for a bad option; TypeError for a b that is no vector; RangeError for one of another
 *   length or not finite, and for products that are not finite
 */
export async function minres(operator: SymmetricOperator, b: Vector, options: MinresOptions): Promise<MinresResult> {
  const checked = checkedOptions("minres", table, { leastSquaresTolerance: 1e-5 }, options);
  const { tolerance, leastSquaresTolerance } = checked;
  const n = operator.dimension;
  const right = vectorOf("minres", "b", b, n);
  const length = norm(right);
  if (!Number.isFinite(length)) throw rangeError("minres", "b", "must be finite", b, `one of norm ${length}`);
  if (length === 0) {
    const zero = (): Float64Array => new Float64Array(n);
    return {
      solution: zero(),
      residual: zero(),
      relativeResidual: 0,
      reached: "solution",
      numSteps: 0,
      numProducts: 0,
    };
  }
  const iteration = await iterated(operator, right, checked);
  const { numSteps, scale } = iteration;
  const { x, residual, slope, numProducts } = await measured(operator, right, checked, iteration);
  const relativeResidual = norm(residual) / length;
  const told = { residual, relativeResidual, numSteps, numProducts };
  if (relativeResidual <= tolerance) return { solution: x, ...told, reached: "solution" };
  if (!(slope <= confirmed * leastSquaresTolerance * scale)) return { solution: x, ...told, reached: null };
  // Without the residual's direction; by unit vectors, since squares could underflow.
  const outside = norm(residual);
  const unit = residual.map((value) => value / outside);
  const share = dot(unit, x);
  return { solution: x.map((value, i) => value - share * unit[i]), ...told, reached: "least squares" };
}

/** Where the recurrence ended. */
interface Iteration {
  readonly solution: Float64Array;
  /** Iterates of ever smaller ‖Ar‖/‖r‖ as the recurrence has it, the last ones. */
  readonly records: readonly { readonly slope: number; readonly x: Float64Array }[];
  /** The largest column of the tridiagonal matrix, as ‖A‖. */
  readonly scale: number;
  readonly numSteps: number;
}

/** Lanczos steps and Givens rotations until the residual, or its product with A, is small by the recurrence. */
async function iterated(
  operator: SymmetricOperator,
  right: Float64Array,
  { maxSteps, tolerance, leastSquaresTolerance }: Required<MinresOptions>,
): Promise<Iteration> {
  const n = right.length;
  const length = norm(right);
  const solution = new Float64Array(n);
  // Lanczos vectors, and columns of V·R⁻¹; R is the triangle of the tridiagonal matrix under Givens rotations.
  const basis = [right.map((value) => value / length)];
  let [columnBefore, column] = [new Float64Array(n), new Float64Array(n)];
  let beta = 0;
  let [cosBefore, sinBefore, cos, sin] = [1, 0, 1, 0];
  // ‖b − Ax‖ with the sign that the rotations give it.
  let residualNorm = length;
  let scale = 0;
  let numSteps = 0;
  const records: { slope: number; x: Float64Array }[] = [];
  while (numSteps < maxSteps && Math.abs(residualNorm) > tolerance * length) {
    const v = basis[numSteps];
    const w = await productOf(operator, v);
    numSteps += 1;
    const alpha = orthogonalise(w, basis)[numSteps - 1];
    const next = norm(w);
    scale = Math.max(scale, Math.hypot(beta, alpha, next));
    // The new column of the tridiagonal matrix is (β, α, next): two old rotations, then the one that removes `next`.
    const far = sinBefore * beta;
    const near = cos * cosBefore * beta + sin * alpha;
    const rest = cos * alpha - sin * cosBefore * beta;
    const diagonal = Math.hypot(rest, next);
    // ‖Ar‖/‖r‖ before this step.
    const slope = Math.hypot(rest, cos * next);
    if (slope < (records.at(-1)?.slope ?? Number.POSITIVE_INFINITY)) records.push({ slope, x: solution.slice() });
    if (records.length > numRecords) records.shift();
    if (slope <= leastSquaresTolerance * scale) break;
    [cosBefore, sinBefore, cos, sin] = [cos, sin, rest / diagonal, next / diagonal];
    const fresh = new Float64Array(n);
    for (let i = 0; i < n; i++) fresh[i] = (v[i] - far * columnBefore[i] - near * column[i]) / diagonal;
    for (let i = 0; i < n; i++) solution[i] += cos * residualNorm * fresh[i];
    residualNorm *= -sin;
    [columnBefore, column] = [column, fresh];
    // The Krylov space is invariant: nothing more can be had.
    if (next <= 1e-14 * scale) break;
    beta = next;
    basis.push(w.map((value) => value / next));
  }
  return { solution, records, scale, numSteps };
}

/** The iterate with the least ‖Ar‖/‖r‖ as measured by products, since the recurrence drifts from it, and its residual. */
async function measured(
  operator: SymmetricOperator,
  right: Float64Array,
  { tolerance, leastSquaresTolerance }: Required<MinresOptions>,
  { solution, records, scale, numSteps }: Iteration,
) {
  let numProducts = numSteps;
  const measure = async (x: Float64Array) => {
    const image = await productOf(operator, x);
    const residual = right.map((value, i) => value - image[i]);
    numProducts += 2;
    return { x, residual, slope: norm(await productOf(operator, residual)) / norm(residual) };
  };
  let found = await measure(solution);
  // Past the least-squares solution the recurrence reports ever smaller ‖Ar‖/‖r‖ that products do not confirm.
  for (let k = records.length - 1; k >= 0 && norm(found.residual) > tolerance * norm(right); k--) {
    if (found.slope <= confirmed * leastSquaresTolerance * scale) break;
    const earlier = await measure(records[k].x);
    if (earlier.slope < found.slope) found = earlier;
  }
  return { ...found, numProducts };
}
