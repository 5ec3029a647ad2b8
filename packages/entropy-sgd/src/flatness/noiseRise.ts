/** The mean rise of loss and error under Gaussian noise of the weights. */
import {
  checkedOptions,
  choiceOption,
  integerOption,
  numberOption,
  type OptionTable,
  vectorOption,
} from "../options.ts";
import { shared } from "../optionsShared.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { type MeanEstimate, meanEstimate } from "../statistics/meanEstimate.ts";
import type { Vector } from "../types.ts";

/** Two objectives by one evaluation: mean loss and share of wrong answers at a point. */
export type ScoreAt = (
  x: Float64Array,
) => Promise<{ readonly loss: number; readonly error: number }> | { readonly loss: number; readonly error: number };

/** Options of `noiseRise`. */
export interface WeightNoiseOptions {
  /** x, shape (n,). */
  readonly params: Vector;
  /** σ. */
  readonly sigma: number;
  /** `absolute`: x + σz. `relative`: x + σ·z⊙x, which rescaling a weight does not change. */
  readonly scale: "absolute" | "relative";
  readonly numDraws: number;
  readonly seed?: number;
}

/** Rises with their standard errors over draws, and the draws themselves for paired comparisons. */
export interface NoiseRise {
  readonly loss: MeanEstimate;
  readonly error: MeanEstimate;
  readonly draws: readonly { readonly loss: number; readonly error: number }[];
}

const table: OptionTable<WeightNoiseOptions> = {
  params: vectorOption("The point x."),
  sigma: numberOption("(0, ∞)", "Deviation σ of the noise."),
  scale: choiceOption(["absolute", "relative"], "Whether σ is in weights or in shares of each weight."),
  numDraws: integerOption("[2, ∞)", "Draws of the noise."),
  seed: shared.seed,
};

/**
 * E[f(x + noise)] − f(x) and the same of the error; the relative form of the error is the local energy.
 *
 * Two solutions measured with one seed see the same noise, so that their difference has a paired standard error.
 * Cost: numDraws + 1 evaluations. Randomness: a function of (seed, draw, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @see Pittorino et al. 2021, "Entropic gradient descent algorithms and wide flat minima" (arXiv:2006.07897), section 2.2
 */
export async function noiseRise(scoreAt: ScoreAt, options: WeightNoiseOptions): Promise<NoiseRise> {
  const { params, sigma, scale, numDraws, seed } = checkedOptions("noiseRise", table, { seed: 0 }, options);
  const key = randomKey(seed, "weight-noise");
  const base = await scoreAt(Float64Array.from(params));
  const point = new Float64Array(params.length);
  const draws: { loss: number; error: number }[] = [];
  for (let draw = 0; draw < numDraws; draw++) {
    normalInto(point, { key, stream: 0, step: draw });
    for (let i = 0; i < point.length; i++) {
      point[i] = params[i] + sigma * point[i] * (scale === "relative" ? params[i] : 1);
    }
    const { loss, error } = await scoreAt(point);
    draws.push({ loss: loss - base.loss, error: error - base.error });
  }
  return {
    loss: meanEstimate(draws.map(({ loss }) => loss)),
    error: meanEstimate(draws.map(({ error }) => error)),
    draws,
  };
}
