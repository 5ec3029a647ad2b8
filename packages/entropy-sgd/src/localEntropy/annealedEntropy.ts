/** Local entropy from annealed populations, with the diagnostics that decide whether it applies. */
import { checkedOptions, integerOption, type OptionTable } from "../options.ts";
import { meanEstimate } from "../statistics/meanEstimate.ts";
import { studentQuantile } from "../statistics/student.ts";
import { type AnnealingPath, type AnnealingResult, annealPopulations, logMeanExp } from "./annealedPath.ts";
import {
  checkNeighbourhood,
  type LocalEntropyEstimate,
  type LossAt,
  type Neighbourhood,
} from "./localEntropyEstimate.ts";

/** Numbers of the populations. */
export interface AnnealingOptions extends Neighbourhood {
  /** Independent populations, whose spread tells the error; at least 2. Default 6. */
  readonly numReplicas?: number;
  /** Particles of a population; at least 4. Default 48. */
  readonly numParticles?: number;
  /** Hamiltonian moves of a particle at each rung. Default 2. */
  readonly numMoves?: number;
  /** Gradients of a move. Default 4. */
  readonly numLeapfrog?: number;
  /** Rungs after which the path is given up. Default 1000. */
  readonly maxRungs?: number;
  readonly seed?: number;
}

const table: OptionTable<Omit<AnnealingOptions, keyof Neighbourhood>> = {
  numReplicas: integerOption("[2, ∞)", "Independent populations."),
  numParticles: integerOption("[4, ∞)", "Particles of a population."),
  numMoves: integerOption("[1, ∞)", "Hamiltonian moves of a particle at each rung."),
  numLeapfrog: integerOption("[1, ∞)", "Gradients of a move."),
  maxRungs: integerOption("[1, ∞)", "Rungs after which the path is given up."),
  seed: integerOption("[0, 9007199254740991]", "Seed of draws, moves and resampling."),
};

/** An estimate with what it rests on. Works and their difference are in nats: β times units of the loss. */
export interface AnnealedEstimate extends LocalEntropyEstimate {
  /** Of Student's t for an interval: one less than the replicas. */
  readonly degreesOfFreedom: number;
  /** Half width of the 95 % interval. */
  readonly halfWidth: number;
  /** log of the mass by the way there and by the way back, which agree where the moves keep up with the path. */
  readonly forwardWork: number;
  readonly backwardWork: number;
  /** How far the best particle that started elsewhere is above the path's own, beyond their standard deviation. */
  readonly excessElsewhere: number;
  /** Smallest share of particles that carried the weights at a rung, and share of accepted moves. */
  readonly effectiveShare: number;
  readonly acceptance: number;
  readonly numRungs: number;
}

/**
 * Nats, beside their standard deviation, by which a start elsewhere must exceed the path's own particles to be a place that the
 * path has missed.
 */
const excessMargin = 2;
/** Forward and backward may differ by four standard errors, half a nat and this share of the work. */
const hysteresisShare = 0.05;
/** An interval wider than three nats and this share of the work says nothing. */
const widthShare = 0.2;

/**
 * F̃ along a path.
 *
 * The estimate is the mean of forward and backward work over β; its error adds the spread over replicas and half their
 * difference. Invalid where the path was given up, forward and backward differ, a start elsewhere finds a larger mass, or the
 * estimate is beyond Jensen's bound −E f ≤ F̃ or above minus the least loss that was seen. To pass all of these proves nothing: a
 * place that no start comes near cannot be seen.
 *
 * Cost: about (2·numReplicas + 5)·numParticles·numRungs·numMoves·numLeapfrog gradients, with a number of rungs that the loss decides.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood, with `where` in front
 */
export async function annealedEntropy(
  where: string,
  lossAt: LossAt,
  options: AnnealingOptions,
  path: AnnealingPath,
): Promise<AnnealedEstimate> {
  checkNeighbourhood(where, options);
  const { params, inverseTemperature: beta, radius: _, ...numbers } = options;
  const defaults = { numReplicas: 6, numParticles: 48, numMoves: 2, numLeapfrog: 4, maxRungs: 1000, seed: 0 };
  const checked = checkedOptions(where, table, defaults, numbers);
  const found = await annealPopulations(lossAt, params, beta, path, checked);
  const { coupling, radius } = path.placeAt(0);
  // At radius 0 all draws are at x itself.
  const base = coupling === 0 ? 0 : -coupling * beta * (found.drawnLosses[0] ?? Number.NaN);
  const forward = massOf(found.forward);
  const backward = massOf(found.backward.map((work) => -work));
  const [up, down] = [base + forward.log, base - backward.log];
  const gap = down - up;
  const spread = Math.hypot(forward.error, backward.error);
  const standardError = Math.hypot((forward.error + backward.error) / 2, gap / 2) / beta;
  const estimate = (up + down) / 2 / beta;
  const excess = largest(found.otherWorks) - largest(found.ownWorks) - deviationOf(found.ownWorks);
  const degreesOfFreedom = checked.numReplicas - 1;
  const halfWidth = studentQuantile(0.975, degreesOfFreedom) * standardError;
  const reason = reasonAgainst({
    ...{ found, maxRungs: checked.maxRungs, gap, spread, work: up - base, width: beta * halfWidth },
    ...{ excess, estimate, standardError },
    jensen: coupling === 0 && radius > 0,
  });
  return {
    ...{ estimate, standardError, kind: "estimate", valid: reason === null, reason },
    numEvaluations: found.numEvaluations,
    degreesOfFreedom,
    halfWidth,
    ...{ forwardWork: up, backwardWork: down, excessElsewhere: excess },
    ...{ effectiveShare: found.effectiveShare, acceptance: found.acceptance, numRungs: found.numRungs },
  };
}

/** log of the mean of exp over replicas, with its error: by the delta method, and not below that of the logarithms. */
function massOf(logs: readonly number[]): { readonly log: number; readonly error: number } {
  const n = logs.length;
  if (n < 2) return { log: Number.NaN, error: Number.NaN };
  const log = logMeanExp(logs);
  const deviation = Math.max(deviationOf(logs), deviationOf(logs.map((value) => Math.exp(value - log))));
  return { log, error: deviation / Math.sqrt(n) };
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

interface Evidence {
  readonly found: AnnealingResult;
  readonly maxRungs: number;
  readonly gap: number;
  readonly spread: number;
  readonly work: number;
  readonly width: number;
  readonly excess: number;
  readonly estimate: number;
  readonly standardError: number;
  /** Whether the draws at the start are those of Jensen's bound. */
  readonly jensen: boolean;
}

/** Why an estimate does not apply; null where nothing speaks against it. */
function reasonAgainst(evidence: Evidence): string | null {
  const { found, maxRungs, gap, spread, work, width, excess, estimate, standardError, jensen } = evidence;
  if (!found.finished) return `the path needs more than ${maxRungs} rungs`;
  if (!Number.isFinite(estimate) || !Number.isFinite(standardError)) return "the loss is not finite at some draw";
  if (Math.abs(gap) > 4 * spread + 0.5 + hysteresisShare * Math.abs(work)) {
    return `forward and backward works differ by ${gap.toPrecision(2)} nats: the moves do not keep up with the path`;
  }
  if (excess > excessMargin) {
    return `a start elsewhere finds a place that the path has missed: its work is ${excess.toPrecision(2)} nats above all others`;
  }
  if (width > 3 + widthShare * Math.abs(work)) {
    return `the replicas differ: the interval is ±${width.toPrecision(2)} nats wide`;
  }
  return reasonBeyondBounds(
    { estimate, standardError },
    { leastLoss: found.leastLoss, ...(jensen && { draws: found.drawnLosses }) },
  );
}

/** What is known of F̃ apart from an estimate. */
export interface LocalEntropyBounds {
  /** Losses at draws of N(x, σ²I): −E f ≤ F̃, by Jensen's inequality. */
  readonly draws?: readonly number[];
  /** The least loss seen anywhere: F̃ ≤ −min f, and an estimate above it rests on what nothing has seen. */
  readonly leastLoss?: number;
}

/** Why an estimate cannot be right, from bounds beyond three standard errors; null where it may be: bounds prove nothing. */
export function reasonBeyondBounds(
  { estimate, standardError }: Pick<LocalEntropyEstimate, "estimate" | "standardError">,
  { draws = [], leastLoss }: LocalEntropyBounds,
): string | null {
  if (draws.length > 1) {
    const { estimate: mean, standardError: error } = meanEstimate(draws);
    if (estimate < -mean - 3 * Math.hypot(error, standardError)) {
      return `F̃ = ${estimate.toPrecision(3)} is below Jensen's bound −E f = ${(-mean).toPrecision(3)}`;
    }
  }
  if (leastLoss !== undefined && estimate > -leastLoss + 3 * standardError) {
    return `F̃ = ${estimate.toPrecision(3)} is above ${(-leastLoss).toPrecision(3)}, minus the least loss that was seen`;
  }
  return null;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
}
