import type { LocalEntropyEstimate } from "entropy-sgd/landscape";
import { exponential } from "../statistics/numbers.ts";

/**
 * Marks impossible estimates as invalid: the loss is never negative, so that F̃ ≤ 0; if an estimate is above 0 by more than two
 * standard errors the estimator's assumption has failed (Laplace's method where the loss is not quadratic over σ).
 */
export function plausible<Estimate extends LocalEntropyEstimate>(found: Estimate): Estimate {
  if (!found.valid || found.estimate <= 2 * found.standardError) return found;
  const reason = `F̃ = ${exponential(found.estimate, 2)} is above 0, which a loss that is never negative rules out`;
  return { ...found, valid: false, reason };
}
