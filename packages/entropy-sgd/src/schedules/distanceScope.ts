/**
 * A scope that holds the inner weights at a distance from the outer ones.
 *
 * @see Pittorino et al. 2021, "Entropic gradient descent algorithms and wide flat minima", ICLR, arXiv:2006.07897: the scope acts
 *   once it is large enough to hold inner and outer weights at a comparable distance.
 */
import { checkedOptions, numberOption } from "../options.ts";
import type { MeasuredSchedule, OuterMeasurement } from "../types.ts";
import { described } from "./describedSchedule.ts";

/** γ changes by at most this factor from one outer step to the next. */
const largestChange = 2;

/** The smallest η'γ, at which the force does nothing in any inner loop that ends; γ stays above 0, from where no factor leads back. */
const smallestForce = 1e-9;

/**
 * γ such that an inner loop ends at ‖x' − x‖ = share·‖x‖: after each outer step
 *
 *   γ ← γ·√(r / share), r = ‖x' − x‖ / ‖x‖,
 *
 * by at most a factor of 2, and held where 1e-9 ≤ η'γ ≤ 1.
 *
 * Units: `share` has none, γ loss per squared weight. The inner weights' noise and their way downhill both count; x' is that of the
 * end of the loop, so that r is the share of one outer step, not of the run.
 *
 * Stability: on f = ½a‖x‖² without momentum and noise r = a/(a + γ)·(1 − (1 − η'(a + γ))^L). Once the loop is long enough for the
 * force to act, log r falls with log γ by γ/(a + γ) < 1, and each outer step leaves the share 1 − ½γ/(a + γ), between ½ and 1, of the
 * error of log γ: it does not oscillate. Where the force does nothing yet (η'γL ≪ 1), γ rises by the limited factor until it does. At
 * η'γ = 1 one step takes x' the whole way back to x: a share that needs more is not reached, as one that exceeds r without force.
 *
 * Cost: one pass per outer step, for ‖x‖. Randomness: none; square root and products are exact, so every engine computes the same bits.
 *
 * @param initial - γ of the first outer step
 * @throws RangeError or TypeError unless `share` > 0 and `initial` > 0 are finite
 * @example
 * ```ts
 * import { distanceScope, entropySgd, outerStep, progress } from "entropy-sgd";
 * // f = ½‖x‖²: an inner loop to its end leaves x' at x·γ/(1 + γ), so that a quarter of ‖x‖ is held by γ = 3.
 * const plain = { momentum: 0, noise: 0, innerSteps: 60, innerLearningRate: 0.2 };
 * const optimizer = entropySgd({ ...plain, learningRate: 0.01, scope: distanceScope(0.25, 1) });
 * let state = optimizer.init(new Float64Array([3, 4]));
 * for (let t = 0; t < 60; t++) state = outerStep(optimizer, state, (x) => x.slice());
 * progress(state).scope.toFixed(6); // => "3.000000"
 * ```
 */
export function distanceScope(share: number, initial: number): MeasuredSchedule {
  const positive = numberOption("(0, ∞)");
  checkedOptions("distanceScope", { share: positive, initial: positive }, {}, { share, initial });
  const next = (scope: number, { distance, weightNorm, innerLearningRate }: OuterMeasurement): number => {
    // Weights at zero have no share; weights that are not finite are lost, whatever the scope.
    if (!(weightNorm > 0 && Number.isFinite(distance))) return scope;
    const factor = Math.sqrt(distance / weightNorm / share);
    const moved = scope * Math.min(largestChange, Math.max(1 / largestChange, factor));
    return Math.min(1 / innerLearningRate, Math.max(smallestForce / innerLearningRate, moved));
  };
  return described("distanceScope", [share, initial], {
    name: "distanceScope",
    options: { share, initial },
    initial,
    next,
  });
}
