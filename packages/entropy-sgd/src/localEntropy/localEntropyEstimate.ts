/**
 * Local entropy of a function around a point, in units of the loss:
 *
 *   F̃_β(x, σ) = (1/β) log E exp(−β f(x + ξ)),   ξ ~ N(0, σ²I),   γ = 1/(βσ²)
 *
 * It is −f(x) for σ → 0 and falls as the neighbourhood fills with bad points; a wider valley falls less. The estimators in
 * this folder return the same record, with its error and validity.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), section 3; Baldassi et al. 2016, "Unreasonable effectiveness of learning
 *   neural networks" (arXiv:1605.06444)
 */
import { numberOption, type OptionTable, vectorOption } from "../options.ts";
import type { Vector } from "../types.ts";

/** Where local entropy is measured. */
export interface Neighbourhood {
  /** x, shape (n,). */
  readonly params: Vector;
  /** β; the number of training examples makes a mean loss a log-likelihood. */
  readonly inverseTemperature: number;
  /** σ of the Gaussian neighbourhood per weight. */
  readonly radius: number;
}

/** An estimate of local entropy with its error and validity. */
export interface LocalEntropyEstimate {
  /** F̃, units of the loss. */
  readonly estimate: number;
  /**
   * Of the estimate, all sources of error that the estimator sees together. Where few chains tell it, it is Student's: 1.96 of
   * it are half the width of a 95 % interval.
   */
  readonly standardError: number;
  /** What the number is: an estimate, or a bound from below. */
  readonly kind: "estimate" | "lower bound";
  /** False where the estimator does not apply; `reason` says why. The number then means nothing. */
  readonly valid: boolean;
  readonly reason: string | null;
  /** Evaluations of f, with or without its gradient, or Hessian-vector products. */
  readonly numEvaluations: number;
}

/** γ of a neighbourhood: 1/(βσ²). */
export function scopeOf({ inverseTemperature, radius }: Neighbourhood): number {
  return 1 / (inverseTemperature * radius * radius);
}

/** The rules of a neighbourhood; spread into the table of what is measured there. */
export const neighbourhoodTable: OptionTable<Neighbourhood> = {
  params: vectorOption("x."),
  inverseTemperature: numberOption("(0, ∞)", "β."),
  radius: numberOption("(0, ∞)", "σ per weight."),
};

/** Above this many weights a wider Gaussian lies in another shell: no draw of it says anything about the neighbourhood. */
const maxWideDimension = 16;

/** Width, in σ, of the Gaussian that looks for wells beyond the neighbourhood in n dimensions: 1 + 3/√n, and 1 for n > 16. */
export function widthOf(n: number): number {
  return n <= maxWideDimension ? 1 + 3 / Math.sqrt(n) : 1;
}
