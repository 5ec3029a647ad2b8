/** Rollbacks: after a non-finite value a run returns to a checkpoint, with smaller learning rates. */
import type { NonFiniteEvent } from "entropy-sgd-training";
import type { Retreat } from "entropy-sgd-training/formats";
import type { FoundCheckpoint } from "../runs/checkpointFolder.ts";
import type { RollbackEvent, RunEvent } from "../runs/runEvents.ts";

/** Where a run begins or resumes. */
export interface Place {
  /** null at the start of a new run. */
  readonly from: FoundCheckpoint | null;
  /** The number of rollbacks so far. */
  readonly rollbacks: number;
  /** The last rollback, until the run has recovered from it. */
  readonly retreat: Retreat | null;
  /** Events before the first of the training loop. */
  readonly opening: readonly RunEvent[];
}

/** The start of a new run. */
export const atStart: Place = { from: null, rollbacks: 0, retreat: null, opening: [] };

/** How often a run may roll back, and to which checkpoints. */
export interface RollbackOptions {
  readonly rollbacks: number;
  readonly rollbackFactor: number;
  readonly gradientsPerEpoch: number;
  /** The newest checkpoint of fewer gradients than `before`; null for a run without checkpoints. */
  readonly newestCheckpoint: (before: number | undefined) => FoundCheckpoint | null;
}

/**
 * The events of a run with its rollbacks. After a non-finite value the run returns to its newest checkpoint, as often as its
 * settings allow; if the next one comes within an effective epoch of the last, it returns to an earlier checkpoint each time, in
 * the end to the start, since the newest may have been diverging already.
 *
 * @param eventsFrom - the events from a place to the end of the run
 */
export async function* withRollback(
  eventsFrom: (place: Place) => AsyncIterable<RunEvent>,
  first: Place,
  options: RollbackOptions,
): AsyncGenerator<RunEvent> {
  for (let place = first; ; ) {
    let failure: NonFiniteEvent | null = null;
    for await (const event of eventsFrom(place)) {
      // The run has had its start event.
      if (event.type === "start" && place !== first) continue;
      yield event;
      if (event.type !== "non-finite" || place.rollbacks >= options.rollbacks) continue;
      failure = event;
      break;
    }
    if (failure === null) return;
    place = placeAfter(failure, place, options);
  }
}

function placeAfter(failure: NonFiniteEvent, { retreat, rollbacks }: Place, options: RollbackOptions): Place {
  const { rollbackFactor, gradientsPerEpoch, newestCheckpoint } = options;
  const isNotOver = retreat !== null && failure.gradients < retreat.until;
  const from = newestCheckpoint(isNotOver ? retreat.to : undefined) ?? { name: null, checkpoint: null, skipped: [] };
  const gradients = from.checkpoint?.point.position.gradients ?? 0;
  const number = rollbacks + 1;
  const event: RollbackEvent = {
    type: "rollback",
    gradients,
    from: failure.gradients,
    what: failure.what,
    checkpoint: from.name,
    number,
    learningRateFactor: rollbackFactor ** number,
  };
  const until = failure.gradients + gradientsPerEpoch;
  return { from, rollbacks: number, retreat: { to: gradients, until }, opening: [event] };
}
