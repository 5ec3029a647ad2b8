/**
 * Clipping of the gradient by its global norm.
 *
 * @see Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural networks" (arXiv:1211.5063),
 *   Algorithm 1
 */
import { checkedOptions, numberOption } from "../options.ts";
import type { Direction } from "./direction.ts";
import { squaredNormOver } from "./segments.ts";

/**
 * `direction` fed with g·min(1, maxNorm/‖g‖); force and decay are not clipped.
 *
 * Cost: one pass for the norm; the scaling itself fuses with the move. Frozen ranges do not count in the norm.
 *
 * @throws RangeError or TypeError unless `maxNorm` is positive and finite
 * @example
 * ```ts
 * import { clipByGlobalNorm, momentum } from "entropy-sgd";
 * clipByGlobalNorm(0.25, momentum({ momentum: 0.5 })).name; // => "clipped momentum"
 * ```
 */
export function clipByGlobalNorm(maxNorm: number, direction: Direction): Direction {
  const table = { maxNorm: numberOption("(0, ∞)") };
  checkedOptions("clipByGlobalNorm", table, {}, { maxNorm });
  return {
    name: `clipped ${direction.name}`,
    options: { maxNorm, clipped: direction.options ?? null },
    init: direction.init,
    stepInto(points, gradient, state, terms) {
      const norm = Math.abs(terms.gradientScale) * Math.sqrt(squaredNormOver(terms.segments, gradient));
      const gradientScale = norm > maxNorm ? (terms.gradientScale * maxNorm) / norm : terms.gradientScale;
      return direction.stepInto(points, gradient, state, { ...terms, gradientScale });
    },
  };
}
