/**
 * The decision rule of the planted study.
 *
 * @see docs/decisions/study-planted.md
 */
import {
  judgedDifference,
  type MeanEstimate,
  meanEstimate,
  type PairedDifference,
  pairedDifference,
} from "entropy-sgd/landscape";
import { holm, pValue } from "../../statistics/holm.ts";
import { type PlantedCondition, plantedConditions } from "./conditions.ts";
import type { KnownConfiguration, PlantedInstance, PlantedSettings } from "./plantedStudy.ts";
import { type PlantedStart, plantedStarts } from "./trainPlanted.ts";

/** The two measures that are judged. */
export const plantedMeasures = ["localEntropy", "generalisationError"] as const;
export type PlantedMeasure = (typeof plantedMeasures)[number];

/** The value of a measure of a configuration; local entropy at the first flip probability. */
export function measureOf(measure: PlantedMeasure, [, , error, entropies]: KnownConfiguration): number {
  return measure === "localEntropy" ? entropies[0]! : error;
}

/** The configurations that a condition ended in; null if a run of it has none. */
export function endsOf(
  instances: readonly PlantedInstance[],
  start: PlantedStart,
  position: number,
): KnownConfiguration[] | null {
  const ends = instances.map(({ known, ends }) => {
    const at = ends[start][position];
    return at === null || at === undefined ? null : known[at]!;
  });
  return ends.some((end) => end === null) ? null : (ends as KnownConfiguration[]);
}

/** First minus second over instances; null where one of them has a run without end, or for fewer than two instances. */
export function plantedDifference(
  instances: readonly PlantedInstance[],
  start: PlantedStart,
  measure: PlantedMeasure,
  [first, second]: readonly [number, number],
): PairedDifference | null {
  const [own, other] = [first, second].map((position) => endsOf(instances, start, position));
  if (!own || !other || own.length < 2) return null;
  const values = (ends: readonly KnownConfiguration[]): number[] => ends.map((end) => measureOf(measure, end));
  return pairedDifference(values(own), values(other));
}

/** One test of the rule. */
export interface PlantedTest {
  readonly start: PlantedStart;
  readonly measure: PlantedMeasure;
  readonly first: string;
  readonly second: string;
  /** Why the second is compared with. */
  readonly role: string;
  readonly difference: PairedDifference | null;
  /** Whether Holm's correction over all tests lets it be seen. */
  readonly seen: boolean;
}

/** A hypothesis from one start. */
export interface PlantedHypothesis {
  readonly name: "H1" | "H2";
  readonly start: PlantedStart;
  readonly verdict: "supported" | "contradicted" | "not decided" | "not judged";
}

/** What the rule says. */
export interface PlantedJudgement {
  readonly premises: {
    /** −F̃ of the narrowest solution over that of the widest, over instances; null without any. */
    readonly ratio: MeanEstimate | null;
    /** Rank correlation of local entropy and generalisation error, by flip probability. */
    readonly correlations: readonly (MeanEstimate | null)[];
    readonly wideAndNarrow: boolean;
    readonly wideGeneralise: boolean;
  };
  readonly tests: readonly PlantedTest[];
  /** The chosen cell against that of the same ε and L at the smallest γ: a family of tests of its own, on which no hypothesis rests. */
  readonly forceTests: readonly PlantedTest[];
  readonly hypotheses: readonly PlantedHypothesis[];
}

/** Judges the instances: the first half of those planned chooses, the others judge. */
export function judgePlanted(settings: PlantedSettings, instances: readonly PlantedInstance[]): PlantedJudgement {
  const half = settings.firstSeed + settings.numInstances / 2;
  const choosing = instances.filter(({ seed }) => seed < half);
  const judging = instances.filter(({ seed }) => seed >= half);
  const conditions = plantedConditions(settings);
  const premises = premisesOf(settings, instances);
  const pairs = plantedStarts.flatMap((start) => chosenPairs(conditions, choosing, start));
  const tests = testsOf(conditions, judging, pairs);
  const forceTests = testsOf(
    conditions,
    judging,
    plantedStarts.flatMap((start) => {
      const cell = pairs.find((pair) => pair.start === start)?.positions[0];
      return cell === undefined ? [] : forcePair(conditions, start, cell);
    }),
  );
  const hypotheses = plantedStarts.flatMap((start) => [
    hypothesisOf("H1", start, tests, "localEntropy", true),
    hypothesisOf("H2", start, tests, "generalisationError", premises.wideAndNarrow && premises.wideGeneralise),
  ]);
  return { premises, tests, forceTests, hypotheses };
}

/** Two conditions to compare, as their positions. */
interface PlantedPair {
  readonly start: PlantedStart;
  readonly role: string;
  readonly positions: readonly [first: number, second: number];
}

/** Both measures of all pairs, one family of tests. */
function testsOf(
  conditions: readonly PlantedCondition[],
  judging: readonly PlantedInstance[],
  pairs: readonly PlantedPair[],
): PlantedTest[] {
  const open = pairs.flatMap((pair) =>
    plantedMeasures.map((measure) => ({
      ...pair,
      measure,
      difference: plantedDifference(judging, pair.start, measure, pair.positions),
    })),
  );
  const rejected = holm(open.map(({ difference }) => (difference === null ? 1 : pValue(difference))));
  return open.map(({ start, measure, role, positions: [first, second], difference }, i): PlantedTest => {
    const names = { first: conditions[first]!.name, second: conditions[second]!.name };
    return { start, measure, ...names, role, difference, seen: rejected[i]! };
  });
}

/** A cell against its like at the smallest γ; nothing where it is that. */
function forcePair(conditions: readonly PlantedCondition[], start: PlantedStart, cell: number): PlantedPair[] {
  const least = forcelessOf(conditions, conditions[cell]!);
  return least === cell ? [] : [{ start, role: "all but the force", positions: [cell, least] }];
}

/** The position of entropy-sgd at the smallest γ with the ε and L of a cell; −1 for another optimizer's. */
export function forcelessOf(
  conditions: readonly PlantedCondition[],
  { optimizer, noise, innerSteps }: PlantedCondition,
): number {
  if (optimizer !== "entropy-sgd") return -1;
  const cells = conditions.filter((one) => one.optimizer === optimizer);
  const least = Math.min(...cells.map(({ scope }) => scope));
  return conditions.findIndex(
    (one) => one.optimizer === optimizer && one.scope === least && one.noise === noise && one.innerSteps === innerSteps,
  );
}

function premisesOf({ flipProbabilities }: PlantedSettings, instances: readonly PlantedInstance[]) {
  const meanOrNull = (values: readonly number[]): MeanEstimate | null =>
    values.length < 2 ? null : meanEstimate(values);
  const ratio = meanOrNull(instances.map(({ narrowest, widest }) => narrowest / widest));
  const correlations = flipProbabilities.map((_, k) =>
    meanOrNull(instances.flatMap(({ correlations }) => correlations[k] ?? [])),
  );
  const own = instances.flatMap(({ correlations }) => correlations[0] ?? []);
  const against0 = own.length < 2 ? null : judgedDifference({ ...meanEstimate(own), degreesOfFreedom: own.length - 1 });
  const wideGeneralise = against0 !== null && against0.estimate < 0 && against0.seen;
  const wideAndNarrow = ratio !== null && ratio.estimate - 2 * ratio.standardError > 1.5;
  return { ratio, correlations, wideAndNarrow, wideGeneralise };
}

/** The chosen cell against its four comparators, as positions of conditions; none without instances to choose on. */
function chosenPairs(
  conditions: readonly PlantedCondition[],
  choosing: readonly PlantedInstance[],
  start: PlantedStart,
) {
  const best = (optimizer: PlantedCondition["optimizer"]): number => {
    let [found, most] = [-1, Number.NEGATIVE_INFINITY];
    for (const [position, condition] of conditions.entries()) {
      if (condition.optimizer !== optimizer) continue;
      const ends = endsOf(choosing, start, position);
      if (ends === null || ends.length === 0) continue;
      const mean = ends.reduce((sum, end) => sum + measureOf("localEntropy", end), 0) / ends.length;
      if (mean > most) [found, most] = [position, mean];
    }
    return found;
  };
  const cell = best("entropy-sgd");
  if (cell < 0) return [];
  const { noise } = conditions[cell]!;
  const sameNoise = conditions.findIndex(
    ({ optimizer, noise: own }) => own === noise && (optimizer === "sgld" || optimizer === "sgd"),
  );
  const comparators = [
    ["the baseline", best("sgd")],
    ["two loops and the average alone", best("control")],
    ["noise alone, the best", best("sgld")],
    ["noise alone, the same", sameNoise],
  ] as const;
  return comparators
    .filter(([, position]) => position >= 0)
    .map(([role, position]) => ({ start, role, positions: [cell, position] as const }));
}

/** Supported if all four differences are in favour and seen, contradicted if one against is seen. */
function hypothesisOf(
  name: PlantedHypothesis["name"],
  start: PlantedStart,
  tests: readonly PlantedTest[],
  measure: PlantedMeasure,
  judged: boolean,
): PlantedHypothesis {
  const sign = measure === "localEntropy" ? 1 : -1;
  const own = tests.filter((test) => test.start === start && test.measure === measure);
  const favour = own.map(({ difference, seen }) => (seen ? Math.sign(sign * difference!.estimate) : 0));
  if (!judged) return { name, start, verdict: "not judged" };
  if (favour.some((side) => side < 0)) return { name, start, verdict: "contradicted" };
  return { name, start, verdict: own.length === 4 && favour.every((side) => side > 0) ? "supported" : "not decided" };
}
