import { rangeError } from "../errors.ts";
import { evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import type { Vector } from "../types.ts";

/**
 * The objective whose Gibbs distribution is the modified one: U(x) + (γ/2)‖x − x'‖².
 *
 * Sampled at inverse temperature β it is exp(−βU(x) − (βγ/2)‖x − x'‖²): good points near x', at the distance that the scope γ
 * allows. Its log-partition function is the local entropy at x'. Cost: one evaluation of U per evaluation.
 *
 * @throws RangeError unless scope is in [0, ∞); TypeError for an objective without gradients
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), equation 3
 */
export function modifiedGibbs(
  objective: ObjectiveWith<"valueAndGradientAt">,
  { center, scope }: { readonly center: Vector; readonly scope: number },
): ObjectiveWith<"valueAndGradientAt"> {
  if (!(Number.isFinite(scope) && scope >= 0)) {
    throw rangeError("modifiedGibbs", "scope", "must be in [0, ∞)", scope);
  }
  requireObjective("modifiedGibbs", objective, "valueAndGradientAt");
  return {
    async valueAndGradientAt(x, out) {
      const { value, gradient } = await evaluated("modifiedGibbs", objective, x);
      let square = 0;
      for (let i = 0; i < x.length; i++) {
        square += (x[i] - center[i]) ** 2;
        out[i] = gradient[i] + scope * (x[i] - center[i]);
      }
      return value + (scope / 2) * square;
    },
  };
}
