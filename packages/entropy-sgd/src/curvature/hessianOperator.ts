/** Hessians as functions from a vector to its product: nothing of the size n² is ever stored. */
import { rangeError, typeError } from "../errors.ts";
import { evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import { checkedOptions, numberOption, type OptionTable, vectorOption } from "../options.ts";
import type { Vector } from "../types.ts";

/** A symmetric linear operator on vectors of `dimension` elements. */
export interface SymmetricOperator {
  readonly dimension: number;
  /** The product with `v`, a new or reused vector; may be computed elsewhere. */
  apply(v: Float64Array): Promise<Vector> | Vector;
}

/** Where a Hessian is had from gradients. */
export interface FiniteDifferenceOptions {
  /** The point x, shape (n,). */
  readonly params: Vector;
  /** Rounding unit of the gradients: 2⁻²⁴ where they are computed in float32 (default), 2⁻⁵³ in float64. */
  readonly unit?: number;
}

const table: OptionTable<FiniteDifferenceOptions> = {
  params: vectorOption("x, shape (n,)."),
  unit: numberOption("(0, 1)", "Rounding unit of the gradients."),
};

/**
 * Hv from exact Hessian-vector products.
 *
 * @throws RangeError unless `dimension` is a positive integer
 */
export function hessianOperator(dimension: number, hvp: SymmetricOperator["apply"]): SymmetricOperator {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw rangeError("hessianOperator", "dimension", "must be a positive integer", dimension);
  }
  return { dimension, apply: hvp };
}

/**
 * The Hessian of an objective at x, which is copied: v ↦ ∇²f(x)·v.
 *
 * Cost: one `hessianProduct` per product. Elements that the objective leaves unwritten are NaN, which instruments refuse.
 * @throws TypeError unless the objective has Hessian-vector products
 */
export function hessianAt(objective: ObjectiveWith<"hessianProduct">, x: Vector): SymmetricOperator {
  requireObjective("hessianAt", objective, "hessianProduct");
  const point = x.slice();
  return hessianOperator(x.length, async (v) => {
    const product = new Float64Array(v.length).fill(Number.NaN);
    await objective.hessianProduct(point, v, product);
    return product;
  });
}

/**
 * Hv by central differences of gradients: (∇f(x + hv) − ∇f(x − hv))/2h.
 *
 * The step is h = ∛unit·max(1, ‖x‖)/‖v‖, which balances the truncation h²‖v‖³f'''/6 against the rounding unit·‖∇f‖/h: the
 * relative error is of the order of unit^(2/3), 2e-5 in float32 and 4e-11 in float64, times the ratio of third to second
 * derivatives. Points are of the type of x. Cost: two gradients per product.
 *
 * @throws TypeError or RangeError for a bad option; its products where a value is no number
 */
export function finiteDifferenceHessian(
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: FiniteDifferenceOptions,
): SymmetricOperator {
  const { params, unit } = checkedOptions("finiteDifferenceHessian", table, { unit: 2 ** -24 }, options);
  requireObjective("finiteDifferenceHessian", objective, "valueAndGradientAt");
  const scale = Math.max(1, norm(params));
  return {
    dimension: params.length,
    async apply(v) {
      const length = norm(v);
      if (length === 0) return new Float64Array(v.length);
      const h = (Math.cbrt(unit) * scale) / length;
      const gradientAt = async (x: Vector) => (await evaluated("finiteDifferenceHessian", objective, x)).gradient;
      const plus = await gradientAt(params.map((x, i) => x + h * v[i]));
      const minus = await gradientAt(params.map((x, i) => x - h * v[i]));
      return plus.map((g, i) => (g - minus[i]) / (2 * h));
    },
  };
}

/** Below or above, a sum of squares has lost digits to underflow or is infinite. */
const [smallestSquare, largestSquare] = [2 ** -960, 2 ** 1000];

/** Euclidean norm, right to rounding for vectors of any scale: elements are scaled where their squares would under- or overflow. */
export function norm(v: Vector): number {
  const squares = dot(v, v);
  if (squares >= smallestSquare && squares <= largestSquare) return Math.sqrt(squares);
  let largest = 0;
  for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** Inner product. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A vector that a caller or a caller's function gave, copied in float64; its length is checked, its elements are not.
 *
 * @throws TypeError unless it is a Float32Array, a Float64Array or an array; RangeError for another length
 */
export function vectorOf(where: string, name: string, value: ArrayLike<number>, length: number): Float64Array {
  const isVector = value instanceof Float64Array || value instanceof Float32Array || Array.isArray(value);
  if (isVector && value.length === length) return Float64Array.from(value);
  throw (isVector ? rangeError : typeError)(where, name, `must be a vector of ${length} elements`, value);
}
