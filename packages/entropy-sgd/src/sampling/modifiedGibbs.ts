import type { Vector } from "../types.ts";
import type { EnergyAndGradient, EnergyAt } from "./langevin.ts";

/**
 * The energy whose Gibbs distribution is the modified one: U(x) + (γ/2)‖x − x'‖².
 *
 * Sampled at inverse temperature β it is exp(−βU(x) − (βγ/2)‖x − x'‖²): good points near x', at the distance that the scope γ
 * allows. Its log-partition function is the local entropy at x'. Cost: one evaluation of U per evaluation.
 *
 * @throws RangeError unless scope is in [0, ∞)
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), equation 3
 */
export function modifiedGibbs(
  energyAt: EnergyAt,
  { center, scope }: { readonly center: Vector; readonly scope: number },
): EnergyAt {
  if (!(Number.isFinite(scope) && scope >= 0)) {
    throw new RangeError(`modifiedGibbs: scope must be in [0, ∞), got ${scope}`);
  }
  return async (x): Promise<EnergyAndGradient> => {
    const { energy, gradient } = await energyAt(x);
    return {
      energy: energy + (scope / 2) * x.reduce((sum, value, i) => sum + (value - center[i]) ** 2, 0),
      gradient: x.map((value, i) => gradient[i] + scope * (value - center[i])),
    };
  };
}
