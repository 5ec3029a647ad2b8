/**
 * PAC-Bayes flatness: the largest noise of the weights under which the expected error stays near its own.
 *
 * @see Neyshabur et al. 2017, "Exploring generalization in deep learning" (arXiv:1706.08947); Jiang et al. 2020,
 *   "Fantastic generalization measures and where to find them" (arXiv:1912.02178), appendix C
 */
import { rangeError, typeError } from "../errors.ts";
import {
  checkedOptions,
  integerOption,
  numberOption,
  type OptionTable,
  requireObject,
  vectorOption,
} from "../options.ts";
import { shared } from "../optionsShared.ts";
import type { Vector } from "../types.ts";
import { noiseRise, type ScoreAt } from "./noiseRise.ts";

/** Options of `pacBayesSigma`. */
export interface PacBayesOptions {
  /** x, shape (n,). */
  readonly params: Vector;
  /** Rise of the expected error that is allowed. Default 0.1. */
  readonly allowedRise?: number;
  readonly numDraws: number;
  /** Interval in which σ is sought, by bisection in log σ. Default 1e-5 to 1. */
  readonly range?: readonly [low: number, high: number];
  /** Halvings of the interval. Default 12: a factor of 1.003 for the default range. */
  readonly numHalvings?: number;
  readonly seed?: number;
}

const defaults = { allowedRise: 0.1, numHalvings: 12, seed: 0 };

const table: OptionTable<Omit<PacBayesOptions, "range">> = {
  params: vectorOption("The point x."),
  allowedRise: numberOption("(0, ∞)", "Rise of the expected error that is borne."),
  numDraws: integerOption("[2, ∞)", "Draws of the noise."),
  numHalvings: integerOption("[0, ∞)", "Halvings of the interval."),
  seed: shared.seed,
};

/** The largest σ whose expected rise of the error is allowed. */
export interface PacBayesSigma {
  readonly sigma: number;
  /**
   * Of σ: the standard error of the rise over draws, divided by the slope of the rise there, and the width of the last bracket.
   * ∞ where not converged.
   */
  readonly standardError: number;
  /** 1/σ², the term of the bound: smaller is flatter. */
  readonly sharpness: number;
  /** Rise of the error at σ with its standard error. */
  readonly rise: { readonly estimate: number; readonly standardError: number };
  /** False where the rise is allowed everywhere or nowhere in the range. */
  readonly converged: boolean;
  readonly numEvaluations: number;
}

function requireRange(range: readonly [number, number]): void {
  const isPair = Array.isArray(range) && range.length === 2 && range.every((end) => typeof end === "number");
  if (isPair && range[0] > 0 && range[1] > range[0] && Number.isFinite(range[1])) return;
  const rule = "must be two ascending positive numbers";
  if (!isPair) throw typeError("pacBayesSigma", "range", rule, range);
  throw rangeError("pacBayesSigma", "range", rule, range, range.join(", "));
}

/** In log σ. */
const narrowestSecant = 0.1;

/**
 * Bisection for the largest σ with E error(x + σz) − error(x) ≤ allowedRise; every σ sees the same draws.
 *
 * Cost: (numHalvings + 2)·(numDraws + 1) evaluations. Randomness: a function of (seed, draw, element).
 *
 * @throws TypeError or RangeError for a bad option
 */
export async function pacBayesSigma(scoreAt: ScoreAt, options: PacBayesOptions): Promise<PacBayesSigma> {
  requireObject("pacBayesSigma", options);
  const { range = [1e-5, 1], ...rest } = options;
  const { params, allowedRise, numDraws, numHalvings, seed } = checkedOptions("pacBayesSigma", table, defaults, rest);
  requireRange(range);
  let numEvaluations = 0;
  const riseAt = async (sigma: number) => {
    const { error } = await noiseRise(scoreAt, { params, sigma, scale: "absolute", numDraws, seed });
    numEvaluations += numDraws + 1;
    return error;
  };
  let [low, high] = range;
  const [atLow, atHigh] = [await riseAt(low), await riseAt(high)];
  const bracketed = atLow.estimate <= allowedRise && atHigh.estimate > allowedRise;
  let rise = bracketed || atLow.estimate > allowedRise ? atLow : atHigh;
  if (!bracketed) {
    const sigma = rise === atLow ? low : high;
    const standardError = Number.POSITIVE_INFINITY;
    return { sigma, standardError, sharpness: 1 / sigma ** 2, rise, converged: false, numEvaluations };
  }
  let above = atHigh;
  // The slope d rise / d log σ from the narrowest bracket at least `narrowestSecant` wide: narrower ones see single examples.
  let slope = (above.estimate - rise.estimate) / Math.log(high / low);
  for (let k = 0; k < numHalvings; k++) {
    if (Math.log(high / low) >= narrowestSecant) slope = (above.estimate - rise.estimate) / Math.log(high / low);
    const middle = Math.sqrt(low * high);
    const found = await riseAt(middle);
    if (found.estimate <= allowedRise) [low, rise] = [middle, found];
    else [high, above] = [middle, found];
  }
  const standardError = low * Math.hypot(rise.standardError / slope, Math.log(high / low));
  return { sigma: low, standardError, sharpness: 1 / low ** 2, rise, converged: true, numEvaluations };
}
