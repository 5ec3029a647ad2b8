/** The Hessian of an objective at a point, from its own Hessian-vector products or from differences of gradients. */
import { evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import { checkedOptions, numberOption, type OptionTable, vectorOption } from "../options.ts";
import type { Vector } from "../types.ts";
import { type SymmetricOperator, symmetricOperator } from "./symmetricOperator.ts";
import { norm } from "./vectors.ts";

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
 * The Hessian of an objective at x, which is copied: v ↦ ∇²f(x)·v.
 *
 * Cost: one `hessianProduct` per product. Elements that the objective leaves unwritten are NaN, which instruments refuse.
 * @throws TypeError unless the objective has Hessian-vector products
 */
export function hessianAt(objective: ObjectiveWith<"hessianProduct">, x: Vector): SymmetricOperator {
  requireObjective("hessianAt", objective, "hessianProduct");
  const point = x.slice();
  return symmetricOperator(x.length, async (v) => {
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
