/** Every condition of the planted study against plain SGD, the control of its inner steps, and its like without a force. */
import { type MeanEstimate, meanEstimate, type PairedDifference } from "entropy-sgd/landscape";
import { holm, pValue } from "../../statistics/holm.ts";
import { type PlantedCondition, plantedConditions } from "./conditions.ts";
import {
  endsOf,
  forcelessOf,
  measureOf,
  type PlantedMeasure,
  plantedDifference,
  plantedMeasures,
} from "./judgePlanted.ts";
import type { PlantedInstance, PlantedSettings, TunedRate } from "./plantedStudy.ts";
import { type PlantedStart, plantedStarts } from "./trainPlanted.ts";

/**
 * What conditions are compared with: plain SGD; the control of the same L; the cell of entropy-sgd with the same ε and L at the
 * smallest γ, which has everything but the force.
 */
export type PhaseReference = "sgd" | "control" | "forceless";

/** A difference, and whether the correction over the cells of its diagram lets it be seen. */
export interface PhaseDifference {
  readonly difference: PairedDifference;
  readonly seen: boolean;
}

/** One condition from one start. */
export interface PhaseRow {
  readonly start: PlantedStart;
  readonly condition: PlantedCondition;
  readonly rate: number | null;
  /** η'γL: how far the force acts in an inner loop. */
  readonly reach: number | null;
  /** ‖γ(x − μ)‖/‖∇f‖ in the runs that chose the rate. */
  readonly forceShare: number | null;
  /** Share of wrong examples, over instances; null where a run has no end. */
  readonly trainingError: MeanEstimate | null;
  /** Share of the runs that ended in a solution. */
  readonly solved: number | null;
  /** Of these, local entropy above the mean of all solutions of the instance; null for fewer than two. */
  readonly excess: MeanEstimate | null;
  /** Means by measure. */
  readonly means: Readonly<Record<PlantedMeasure, MeanEstimate>> | null;
  /** The condition minus the reference, by measure; null for the reference itself, or where a run has no end. */
  readonly differences: Readonly<Record<PhaseReference, Readonly<Record<PlantedMeasure, PhaseDifference | null>>>>;
}

/** A row for each start and condition, in their order. */
export function phaseDiagram(
  settings: PlantedSettings,
  tuned: readonly TunedRate[],
  instances: readonly PlantedInstance[],
): PhaseRow[] {
  const conditions = plantedConditions(settings);
  return plantedStarts.flatMap((start) => {
    const sgd = against(instances, start, conditions, () => 0);
    const control = against(instances, start, conditions, ({ innerSteps }) =>
      conditions.findIndex((one) => one.optimizer === "control" && one.innerSteps === innerSteps),
    );
    const forceless = against(instances, start, conditions, (condition) => forcelessOf(conditions, condition));
    return conditions.map((condition, position): PhaseRow => {
      const { rate, forceShare } = tuned.find((one) => one.start === start && one.condition === condition.name)!;
      const ends = endsOf(instances, start, position);
      const mean = (of: (end: NonNullable<typeof ends>[number]) => number) => meanEstimate(ends!.map(of));
      const excesses = (ends ?? []).flatMap((end, k) =>
        end[1] === 0 ? [measureOf("localEntropy", end) - instances[k]!.meanLocalEntropy] : [],
      );
      const isKnown = ends !== null && ends.length > 1;
      return {
        ...{ start, condition, rate, forceShare },
        reach: rate === null ? null : rate * condition.scope * condition.innerSteps,
        trainingError: isKnown ? mean(([, numWrong]) => numWrong / settings.numExamples) : null,
        solved: isKnown ? excesses.length / ends.length : null,
        excess: excesses.length > 1 ? meanEstimate(excesses) : null,
        means: isKnown
          ? {
              localEntropy: mean((end) => measureOf("localEntropy", end)),
              generalisationError: mean((end) => measureOf("generalisationError", end)),
            }
          : null,
        differences: { sgd: sgd[position]!, control: control[position]!, forceless: forceless[position]! },
      };
    });
  });
}

/** The differences of all conditions to one reference; the cells of entropy-sgd are corrected together. */
function against(
  instances: readonly PlantedInstance[],
  start: PlantedStart,
  conditions: readonly PlantedCondition[],
  referenceOf: (condition: PlantedCondition) => number,
): Record<PlantedMeasure, PhaseDifference | null>[] {
  const [entropies, errors] = plantedMeasures.map((measure) => {
    const differences = conditions.map((condition, position) => {
      const reference = referenceOf(condition);
      if (reference < 0 || reference === position) return null;
      return plantedDifference(instances, start, measure, [position, reference]);
    });
    const isCell = conditions.map(({ optimizer }, i) => optimizer === "entropy-sgd" && differences[i] !== null);
    const cells = differences.flatMap((difference, i) => (isCell[i] ? [pValue(difference!)] : []));
    const rejected = holm(cells)[Symbol.iterator]();
    return differences.map((difference, i): PhaseDifference | null => {
      if (difference === null) return null;
      return { difference, seen: isCell[i] ? rejected.next().value === true : difference.seen };
    });
  });
  return conditions.map((_, i) => ({ localEntropy: entropies![i]!, generalisationError: errors![i]! }));
}
