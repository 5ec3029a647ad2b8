/** Early stopping: whether the validation values of a run still improve. What it needs is in the kept evaluations. */
import type { KeptEvaluation, RecordedEvaluation } from "./events.ts";
import { costsOf } from "./primaryOf.ts";

/**
 * How many evaluations there were since the last that improved the validation value of the primary metric by more than
 * `minDelta` on the best before it; an evaluation without a value improves nothing.
 *
 * An evaluation that improves is the best so far, so that a long run, which leaves evaluations out, has kept it.
 */
export function numWithoutImprovement(evaluations: readonly KeptEvaluation[], minDelta: number): number {
  let best = Number.POSITIVE_INFINITY;
  let [number, improved] = [0, 0];
  for (const [at, event] of evaluations.entries()) {
    number = event.number ?? at + 1;
    const { validation } = costsOf(event);
    if (validation === null || !(validation < best - minDelta)) continue;
    best = validation;
    improved = number;
  }
  return number - improved;
}

/** The evaluation with the best validation value of the primary metric, of equal ones the earliest; null without a value. */
export function bestEvaluation(evaluations: readonly RecordedEvaluation[]): RecordedEvaluation | null {
  let [best, least]: [RecordedEvaluation | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const event of evaluations) {
    const { validation } = costsOf(event);
    if (validation === null || !(validation < least)) continue;
    [best, least] = [event, validation];
  }
  return best;
}
