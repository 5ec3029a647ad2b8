import { rangeError } from "../errors.ts";
import type { Vector } from "../types.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";

/**
 * The Hessian in units of each weight's magnitude: v ↦ |w| ⊙ H(|w| ⊙ v), the curvature along relative changes of weights.
 *
 * Rescaling weights so that the network stays the same (w₁ → c·w₁, w₂ → w₂/c across a ReLU) changes the Hessian's
 * eigenvalues without bound and these not at all. Cost: one product of `operator` per product.
 *
 * @throws RangeError unless params has the operator's dimension
 * @see Dinh et al. 2017, "Sharp minima can generalize for deep nets" (arXiv:1703.04933)
 */
export function magnitudeRelative(operator: SymmetricOperator, params: Vector): SymmetricOperator {
  const { dimension } = operator;
  if (params.length !== dimension) {
    throw rangeError("magnitudeRelative", "params", `must have ${dimension} elements`, params.length);
  }
  const scale = Float64Array.from(params, Math.abs);
  return {
    dimension,
    async apply(v) {
      const product = await operator.apply(v.map((value, i) => scale[i] * value));
      return scale.map((value, i) => value * product[i]);
    },
  };
}
