/** Loss and metric of solutions under perturbations, compared in pairs. */
import { type MeanEstimate, meanEstimate, type PairedDifference, pairedDifference } from "entropy-sgd/landscape";
import type { Score } from "./networkPasses.ts";
import { perturbations, perturbationsOf } from "./perturbations.ts";
import type { RecalibratedScores } from "./recalibratedScores.ts";

/** A solution under one perturbation of one size. */
export interface RobustnessPoint {
  readonly perturbation: string;
  readonly size: number;
  /** The primary metric: its mean over blocks of examples; each has its own noise, so that the error covers both. */
  readonly metric: MeanEstimate;
  readonly loss: MeanEstimate;
  readonly blocks: readonly Score[];
}

/** Options of a measurement of robustness. */
export interface RobustnessOptions {
  readonly seed: number;
  readonly inputShape: readonly number[];
  readonly onPoint?: (point: RobustnessPoint) => void;
}

/** Number of points of a solution: size 0 once, and each size of each perturbation. */
export function numRobustnessPoints(inputShape: readonly number[]): number {
  return 1 + perturbationsOf(inputShape).reduce((sum, { sizes }) => sum + sizes.length, 0);
}

/** The number of these points where each block has its own disturbed weights. */
export const numWeightNoises: number = perturbations
  .filter(({ name }) => name.startsWith("weight-noise"))
  .reduce((sum, { sizes }) => sum + sizes.length, 0);

/**
 * One pass over the examples per perturbation and size, and one without (`none`, size 0).
 *
 * Two solutions of one network measured with one seed see the same images under the same noise.
 */
export async function measureRobustness(
  scores: RecalibratedScores,
  params: Float32Array,
  { seed, inputShape, onPoint }: RobustnessOptions,
): Promise<RobustnessPoint[]> {
  const points: RobustnessPoint[] = [];
  const measure = async (perturbation: string, size: number, disturbance = {}): Promise<void> => {
    const blocks = await scores.batchScores(params, disturbance);
    const mean = (of: keyof Score): MeanEstimate => meanEstimate(blocks.map((block) => block[of]));
    const point = { perturbation, size, metric: mean("metric"), loss: mean("loss"), blocks };
    points.push(point);
    onPoint?.(point);
  };
  await measure("none", 0);
  for (const { name, sizes, disturbance } of perturbationsOf(inputShape)) {
    for (const size of sizes) await measure(name, size, disturbance(size, seed, inputShape));
  }
  return points;
}

/** The first solution minus the second under one perturbation. */
export interface RobustnessDifference {
  readonly perturbation: string;
  readonly size: number;
  readonly metric: PairedDifference;
  readonly loss: PairedDifference;
}

/**
 * Paired differences at every point that both have.
 *
 * @param resolution - the smallest difference of metrics that there can be: of errors one of the examples, of others 0
 */
export function compareRobustness(
  a: readonly RobustnessPoint[],
  b: readonly RobustnessPoint[],
  resolution: number,
): RobustnessDifference[] {
  return a.map(({ perturbation, size, blocks }, k) => {
    const other = b[k]!.blocks;
    const difference = (of: keyof Score, smallest: number): PairedDifference =>
      pairedDifference(
        blocks.map((block) => block[of]),
        other.map((block) => block[of]),
        { resolution: smallest },
      );
    return { perturbation, size, metric: difference("metric", resolution), loss: difference("loss", 0) };
  });
}
