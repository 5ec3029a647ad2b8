/** When checkpoints are due. */
import type { CheckpointReason, RecordedEvaluation } from "./events.ts";
import { costsOf } from "./primaryOf.ts";

/** What makes a checkpoint due. */
export interface CheckpointPolicy {
  /** Gradients between two checkpoints; null for none by count. */
  readonly gradients: number | null;
  /** Minutes after the last checkpoint; null for none by time. */
  readonly minutes: number | null;
  /** k: at an evaluation whose validation error is one of the k smallest so far; 0 for none. */
  readonly best: number;
  /** Requests from outside; each makes a checkpoint due. */
  readonly requests?: { readonly count: number } | undefined;
}

/** No checkpoints. */
export const noCheckpoints: CheckpointPolicy = { gradients: null, minutes: null, best: 0 };

/** The schedule of one run. */
export interface CheckpointSchedule {
  /** What makes a checkpoint due after this gradient; `evaluations` are all so far if the last is of this gradient. */
  dueAt(gradients: number, evaluations: readonly RecordedEvaluation[] | null): CheckpointReason | null;
  /** Whether there were gradients since the last checkpoint. */
  isBehind(gradients: number): boolean;
  /** Records that a checkpoint was taken. */
  taken(gradients: number): void;
}

/** A schedule that begins, or goes on, at `start` gradients. */
export function checkpointSchedule(
  { gradients: every, minutes, best, requests }: CheckpointPolicy,
  start: number,
): CheckpointSchedule {
  const isOff = every === null && minutes === null && best === 0;
  let [lastAt, lastTime] = [start, performance.now()];
  let answered = requests?.count ?? 0;
  return {
    dueAt(gradients, evaluations) {
      if ((requests?.count ?? 0) > answered) return "requested";
      if (every !== null && gradients % every === 0) return "gradients";
      if (minutes !== null && performance.now() - lastTime >= 60_000 * minutes) return "minutes";
      return evaluations !== null && isAmongBest(evaluations, best) ? "best" : null;
    },
    isBehind: (gradients) => !isOff && gradients > lastAt,
    taken(gradients) {
      [lastAt, lastTime] = [gradients, performance.now()];
      answered = requests?.count ?? 0;
    },
  };
}

/** Whether the last validation cost is one of the k smallest; an equal one before it counts as smaller. */
function isAmongBest(evaluations: readonly RecordedEvaluation[], k: number): boolean {
  const costs = evaluations.map((event) => costsOf(event).validation);
  const last = costs.at(-1) ?? null;
  if (last === null) return false;
  return costs.slice(0, -1).filter((cost) => cost !== null && cost <= last).length < k;
}
