/** Hessians as functions from a vector to its product: nothing of the size n² is ever stored. */
import { checkedOptions, functionOption, numberOption, type OptionTable, vectorOption } from "../options.ts";
import type { Vector } from "../types.ts";

/** A symmetric linear operator on vectors of `dimension` elements. */
export interface SymmetricOperator {
  readonly dimension: number;
  /** The product with `v`, a new or reused vector; may be computed elsewhere. */
  apply(v: Float64Array): Promise<Vector> | Vector;
}

/** How a Hessian is had from gradients. */
export interface FiniteDifferenceOptions {
  /** The point x, shape (n,). */
  readonly params: Vector;
  /** ∇f at a point; may return the same vector each time. */
  gradAt(x: Vector): Promise<Vector> | Vector;
  /** Rounding unit of the gradients: 2⁻²⁴ where they are computed in float32 (default), 2⁻⁵³ in float64. */
  readonly unit?: number;
}

const table: OptionTable<FiniteDifferenceOptions> = {
  params: vectorOption("x, shape (n,)."),
  gradAt: functionOption("∇f at a point."),
  unit: numberOption("(0, 1)", "Rounding unit of the gradients."),
};

/**
 * Hv from exact Hessian-vector products.
 *
 * @throws RangeError unless `dimension` is a positive integer
 */
export function hessianOperator(dimension: number, hvp: SymmetricOperator["apply"]): SymmetricOperator {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new RangeError(`hessianOperator: dimension must be a positive integer, got ${dimension}`);
  }
  return { dimension, apply: hvp };
}

/**
 * Hv by central differences of gradients: (∇f(x + hv) − ∇f(x − hv))/2h.
 *
 * The step is h = ∛unit·max(1, ‖x‖)/‖v‖, which balances the truncation h²‖v‖³f'''/6 against the rounding unit·‖∇f‖/h: the
 * relative error is of the order of unit^(2/3), 2e-5 in float32 and 4e-11 in float64, times the ratio of third to second
 * derivatives. Cost: two gradients. The point is restored even if a gradient throws.
 *
 * @throws TypeError or RangeError for a bad option
 */
export function finiteDifferenceHessian(options: FiniteDifferenceOptions): SymmetricOperator {
  const { params, gradAt, unit } = checkedOptions("finiteDifferenceHessian", table, { unit: 2 ** -24 }, options);
  const scale = Math.max(1, norm(params));
  return {
    dimension: params.length,
    async apply(v) {
      const length = norm(v);
      if (length === 0) return new Float64Array(v.length);
      const h = (Math.cbrt(unit) * scale) / length;
      const plus = Float64Array.from(await gradAt(params.map((x, i) => x + h * v[i])));
      const minus = await gradAt(params.map((x, i) => x - h * v[i]));
      return plus.map((g, i) => (g - minus[i]) / (2 * h));
    },
  };
}

/** Euclidean norm. */
export function norm(v: Vector): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  return Math.sqrt(sum);
}

/** Inner product. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
