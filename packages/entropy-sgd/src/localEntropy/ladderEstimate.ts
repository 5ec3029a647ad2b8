/** Local entropy from ladders of replicas, with its error and the checks of its validity. */
import { type ObjectiveWith, valuedByGradients } from "../objective.ts";
import { chainMean, splitRHat } from "../sampling/diagnostics.ts";
import { meanEstimate, meanOf } from "../statistics/meanEstimate.ts";
import { studentQuantile } from "../statistics/student.ts";
import { type EntropyBounds, entropyBounds, withinBounds } from "./entropyBounds.ts";
import { type FreeEnergy, freeEnergy } from "./freeEnergy.ts";
import type { LocalEntropyEstimate } from "./localEntropyEstimate.ts";
import { type Branch, checkedLadder, type LadderOptions, type LadderRuns, runLadders } from "./temperedLadders.ts";

/** Above these, on average and at any rung, the ladders have not mixed: the worst of many short ones is far out by chance. */
const maxRHat = { mean: 1.05, worst: 1.1 } as const;

/** Independent sweeps that all ladders together must have made. */
const minEffectiveSweeps = 60;

/** One rung, over all ladders. */
export interface RungSummary {
  readonly coupling: number;
  /** Inverse variance of the Gaussian in units of σ⁻². */
  readonly precision: number;
  /** E f under the rung's law. */
  readonly meanLoss: number;
  readonly rHat: number;
}

/** An estimate with the parts of its error. */
export interface LadderEstimate extends LocalEntropyEstimate {
  readonly rungs: readonly RungSummary[];
  /** From the fluctuations within ladders, or from the spread between them, scaled by Student's quantile, if that is more. */
  readonly monteCarloError: number;
  /** From all rungs against every second rung. */
  readonly ladderError: number;
  /** Split-R̂ of the loss at the rung where it is largest, and its mean over rungs. */
  readonly worstRHat: number;
  readonly meanRHat: number;
  /** Independent sweeps of all ladders together. */
  readonly effectiveSweeps: number;
  /** The same F̃ from the wider Gaussian, through the other branch; null above 16 dimensions. */
  readonly fromWider: { readonly estimate: number; readonly standardError: number } | null;
}

/** β·F̃ by one branch of the ladders. */
export interface BranchEnergy extends FreeEnergy {
  /** A standard error. */
  readonly ladderError: number;
}

/** log Z along laws a…b, less the Gaussian's: β·F̃ if a law of λ = 0 comes first and the target last. */
export function temperedEnergy(
  { laws, ladders }: Pick<LadderRuns, "laws" | "ladders">,
  dimension: number,
): BranchEnergy {
  const fine = freeEnergy(laws, ladders, 1);
  const coarse = freeEnergy(laws, ladders, 2);
  const gaussian = (dimension / 2) * Math.log(laws[0].precision);
  return {
    values: fine.values.map((value) => value - gaussian),
    influences: fine.influences,
    // Both rules are of the fourth order at least: a fifteenth of the difference would do where W is regular.
    ladderError: Math.abs(meanOf(fine.values) - meanOf(coarse.values)) / 4,
  };
}

/** All that is known of a local entropy before the ladders' losses are integrated. */
export interface LadderEvidence {
  readonly checked: Required<LadderOptions>;
  /** The objective with the values that come with its gradients. */
  readonly valued: ReturnType<typeof valuedByGradients>;
  readonly runs: LadderRuns;
  readonly bounds: EntropyBounds;
}

/**
 * Checks the options, runs the ladders of a branch, and draws the bounds.
 *
 * @throws TypeError or RangeError, with `where` in front
 */
export async function ladderEvidence(
  where: string,
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: LadderOptions,
  branchOf: (numRungs: number) => Branch,
): Promise<LadderEvidence> {
  const checked = checkedLadder(where, options);
  const valued = valuedByGradients(where, objective);
  const runs = await runLadders(where, valued, checked, branchOf(checked.numRungs));
  const { params, inverseTemperature, radius, numDraws, seed } = checked;
  const bounds = await entropyBounds(valued, { params, inverseTemperature, radius, numDraws, seed });
  return { checked, valued, runs, bounds };
}

/** The estimate of the own branch, judged by everything that the ladders and the bounds tell. */
export function judgedEstimate(
  { checked, runs, bounds }: LadderEvidence,
  ownEnergy: () => BranchEnergy,
): LadderEstimate {
  const { laws, target, ladders, finite, numEvaluations } = runs;
  const { inverseTemperature: beta, params } = checked;
  const common = { kind: "estimate", numEvaluations } as const;
  if (!finite) {
    return {
      estimate: Number.NaN,
      standardError: Number.NaN,
      ...common,
      valid: false,
      reason: "the loss is not finite at a point that the ladders visit",
      rungs: [],
      monteCarloError: Number.NaN,
      ladderError: Number.NaN,
      worstRHat: Number.NaN,
      meanRHat: Number.NaN,
      effectiveSweeps: 0,
      fromWider: null,
    };
  }
  const rungs = laws.map((law, k) => {
    const series = ladders.map((rungSeries) => rungSeries[k].potentials);
    return { ...law, meanLoss: meanOf(series.map(meanOf)) / beta, rHat: splitRHat(series) };
  });
  const worstRHat = Math.max(...rungs.map(({ rHat }) => rHat));
  const meanRHat = meanOf(rungs.map(({ rHat }) => rHat));
  const own = summary(ownEnergy(), beta);
  const last = laws.length - 1;
  const wide =
    last > target
      ? summary(
          temperedEnergy(
            {
              laws: laws.slice(target).reverse(),
              ladders: ladders.map((ladder) => ladder.slice(target).reverse()),
            },
            params.length,
          ),
          beta,
        )
      : null;
  const found: LadderEstimate = {
    estimate: own.estimate,
    standardError: own.standardError,
    ...common,
    valid: true,
    reason: null,
    rungs,
    monteCarloError: own.monteCarloError,
    ladderError: own.ladderError,
    worstRHat,
    meanRHat,
    effectiveSweeps: own.effectiveSweeps,
    fromWider: wide === null ? null : { estimate: wide.estimate, standardError: wide.standardError },
  };
  const reason = doubtOf(found);
  // The least loss may have been seen by the ladders, not by the draws.
  const lowest = Math.min(...ladders.flatMap((ladder) => ladder.map(({ potentials }) => Math.min(...potentials))));
  const seen = { ...bounds, upper: Math.max(bounds.upper, -lowest / beta) };
  return withinBounds({ ...found, valid: reason === null, reason }, seen);
}

/** Why the estimate is invalid by the ladders themselves; null where they pass every check. */
function doubtOf({
  estimate,
  standardError,
  worstRHat,
  meanRHat,
  effectiveSweeps,
  fromWider,
}: LadderEstimate): string | null {
  if (!Number.isFinite(estimate) || !Number.isFinite(standardError)) return "the estimate or its error is not finite";
  if (!(worstRHat <= maxRHat.worst && meanRHat <= maxRHat.mean)) {
    return (
      `split-R̂ is ${meanRHat.toFixed(3)} on average and ${worstRHat.toFixed(3)} at worst, it must be at most ` +
      `${maxRHat.mean} and ${maxRHat.worst}: the chains have not mixed`
    );
  }
  if (effectiveSweeps < minEffectiveSweeps) {
    return `the chains are worth ${effectiveSweeps.toFixed(0)} independent samples, ${minEffectiveSweeps} are needed`;
  }
  if (fromWider === null) return null;
  const difference = Math.abs(estimate - fromWider.estimate);
  if (difference <= 3 * Math.hypot(standardError, fromWider.standardError)) return null;
  return (
    `from a wider Gaussian the ladder gives ${fromWider.estimate.toPrecision(4)}, from its own ${estimate.toPrecision(4)}: ` +
    "they differ by more than three standard errors"
  );
}

function summary({ values, influences, ladderError }: BranchEnergy, beta: number) {
  const numChains = values.length;
  const { estimate: mean, standardError: spread } = meanEstimate(values);
  const chains = influences.map((series) => chainMean(series));
  const within = Math.sqrt(chains.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / numChains;
  const quantiles = [numChains - 1, Number.POSITIVE_INFINITY].map((nu) => studentQuantile(0.975, nu));
  const monteCarloError = Math.max(within, (spread * quantiles[0]) / quantiles[1]) / beta;
  return {
    estimate: mean / beta,
    standardError: Math.hypot(monteCarloError, ladderError / beta),
    monteCarloError,
    ladderError: ladderError / beta,
    effectiveSweeps: chains.reduce((sum, { effectiveSampleSize }) => sum + effectiveSampleSize, 0),
  };
}
