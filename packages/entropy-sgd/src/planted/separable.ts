/** Functions that are a sum over the axes: independent particles in one potential, or a product of known distributions. */
import type { Vector } from "../types.ts";
import type { PlantedObjective } from "./gaussianWells.ts";

/**
 * f(x) = Σᵢ u(xᵢ, i), with the gradient u'(xᵢ, i)
 *
 * Under Langevin dynamics each axis is a particle of its own in the potential u. Shapes: x and gradient (n,). Cost: n values
 * and n slopes. No randomness.
 *
 * @param valueFor - u at a coordinate of the axis of that number
 * @param slopeFor - u' there
 */
export function separable(
  valueFor: (x: number, axis: number) => number,
  slopeFor: (x: number, axis: number) => number,
): PlantedObjective {
  const valueAt = (x: Vector): number => {
    let value = 0;
    for (let i = 0; i < x.length; i++) value += valueFor(x[i]!, i);
    return value;
  };
  return {
    valueAt,
    valueAndGradientAt(x, out) {
      for (let i = 0; i < x.length; i++) out[i] = slopeFor(x[i]!, i);
      return valueAt(x);
    },
  };
}
