/** Local entropy from independent Gaussian draws. */
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import {
  checkNeighbourhood,
  type LocalEntropyEstimate,
  type LossAt,
  type Neighbourhood,
} from "./localEntropyEstimate.ts";
import { startsElsewhere } from "./startsElsewhere.ts";

/** Options of the estimators by independent draws. */
export interface GaussianDrawsOptions extends Neighbourhood {
  readonly numDraws: number;
  readonly seed?: number;
}

/** Draws that must carry the mean of the exponentials, of the effective number (Σw)²/Σw². */
const minEffectiveDraws = 50;

/**
 * F̃ by the mean of exp(−βf) over Gaussian draws: for small n or small β only.
 *
 * Biased low where few draws carry the mean, which is then told as invalid; so is an estimate where a start elsewhere finds a
 * better place than the draws (`startsElsewhere`; only where `lossAt` gives gradients). Cost: one evaluation per draw, and those of
 * the descents.
 * @throws RangeError for a bad neighbourhood or fewer than 2 draws
 */
export async function logMeanExpEntropy(lossAt: LossAt, options: GaussianDrawsOptions): Promise<LocalEntropyEstimate> {
  const { losses, draw, hasGradients } = await drawnLosses("logMeanExpEntropy", lossAt, options);
  const beta = options.inverseTemperature;
  const lowest = losses.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const weights = losses.map((loss) => Math.exp(-beta * (loss - lowest)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  const n = losses.length;
  const effective = (sum * sum) / squares;
  // Delta method: sd(w)/(√n·mean(w))/β.
  const relative = Math.sqrt(Math.max(0, (squares / n - (sum / n) ** 2) / (n - 1))) / (sum / n);
  const found = {
    estimate: -lowest + Math.log(sum / n) / beta,
    standardError: relative / beta,
    kind: "estimate",
  } as const;
  if (!(effective >= minEffectiveDraws)) {
    const reason = `only ${effective.toFixed(1)} of ${n} draws carry the mean of exp(−βf), ${minEffectiveDraws} are needed`;
    return { ...found, valid: false, reason, numEvaluations: n };
  }
  const elsewhere = hasGradients
    ? await startsElsewhere(lossAt, options, draw(losses.indexOf(lowest)), options.seed ?? 0)
    : { reason: null, numEvaluations: 0 };
  const { reason } = elsewhere;
  return { ...found, valid: reason === null, reason, numEvaluations: n + elsewhere.numEvaluations };
}

/**
 * Jensen's bound: F̃ ≥ −E f(x + ξ), the Gaussian-smoothed loss. Holds at any β; tight for small βVar f.
 *
 * Cost: one evaluation per draw.
 * @throws RangeError for a bad neighbourhood or fewer than 2 draws
 */
export async function smoothedLossBound(lossAt: LossAt, options: GaussianDrawsOptions): Promise<LocalEntropyEstimate> {
  const { losses } = await drawnLosses("smoothedLossBound", lossAt, options);
  const n = losses.length;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / n;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  const valid = Number.isFinite(mean);
  return {
    estimate: -mean,
    standardError: Math.sqrt(squares / (n - 1) / n),
    kind: "lower bound",
    valid,
    reason: valid ? null : "the loss is not finite at some draw",
    numEvaluations: n,
  };
}

/** f(x + σz) for normals z, functions of (seed, draw, element); and the draws by their number. */
async function drawnLosses(where: string, lossAt: LossAt, options: GaussianDrawsOptions) {
  checkNeighbourhood(where, options);
  const { params, radius, numDraws, seed = 0 } = options;
  if (!Number.isInteger(numDraws) || numDraws < 2) {
    throw new RangeError(`${where}: numDraws must be an integer in [2, ∞), got ${numDraws}`);
  }
  const key = randomKey(seed, "local-entropy", "draws");
  const draw = (number: number): Float64Array => {
    const z = new Float64Array(params.length);
    normalInto(z, { key, stream: 0, step: number });
    return z;
  };
  const losses: number[] = [];
  let hasGradients = true;
  for (let number = 0; number < numDraws; number++) {
    const point = draw(number);
    for (let i = 0; i < point.length; i++) point[i] = params[i] + radius * point[i];
    const { energy, gradient } = await lossAt(point);
    losses.push(energy);
    hasGradients &&= gradient.length === params.length;
  }
  return { losses, draw, hasGradients };
}
