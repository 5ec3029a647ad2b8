/** The evaluations that a run remembers and its checkpoints hold: of a long run fewer than there were. */
import type { KeptEvaluation, RecordedEvaluation } from "./events.ts";
import { costsOf } from "./primaryOf.ts";
import { isKept, numKeptWhole } from "./thinning.ts";

/** How many evaluations there were, the ones left out included. */
export function numEvaluations(kept: readonly KeptEvaluation[]): number {
  return kept.at(-1)?.number ?? kept.length;
}

/**
 * The evaluations with a further one, thinned by their numbers as events.jsonl is (thinning.ts).
 *
 * Kept are, beside those of the rule: the last two, each that had one of the `numBest` best validation values of the primary
 * metric so far, and each with the best test value so far. The result, and the choice of checkpoints by their validation
 * values, are those of all evaluations. What is kept does not depend on where the run was interrupted.
 */
export function withEvaluation(
  kept: readonly KeptEvaluation[],
  event: RecordedEvaluation,
  numBest: number,
): readonly KeptEvaluation[] {
  const number = numEvaluations(kept) + 1;
  // Up to here all are kept, so that the index tells the number.
  if (number <= numKeptWhole) return [...kept, event];
  const all = [...kept, { ...event, number }];
  // At least the best one, which the result reports.
  const numSmallest = Math.max(1, numBest);
  let smallest: readonly number[] = [];
  let least = Number.POSITIVE_INFINITY;
  return all.filter((one, i) => {
    const { validation, test } = costsOf(one);
    const isLeast = test !== null && test < least;
    if (isLeast) least = test;
    const isBest = validation !== null && smallest.filter((cost) => cost <= validation).length < numSmallest;
    if (isBest) smallest = [...smallest, validation].sort((a, b) => a - b).slice(0, numSmallest);
    return isKept(one.number ?? i + 1) || isLeast || isBest || i >= all.length - 2;
  });
}
