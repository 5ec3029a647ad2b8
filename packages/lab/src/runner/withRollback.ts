/** Runs that go back to a checkpoint, with smaller learning rates, where something was not finite. */
import type { NonFiniteEvent } from "entropy-sgd-training";
import type { FoundCheckpoint } from "../runs/checkpointFolder.ts";
import type { Retreat } from "../runs/checkpointFormat.ts";
import type { RollbackEvent, RunEvent } from "../runs/runEvents.ts";

/** Where a run begins or goes on. */
export interface Place {
  /** null at the start of a new run. */
  readonly from: FoundCheckpoint | null;
  /** How often the run has gone back so far. */
  readonly rollbacks: number;
  /** The last rollback, while it is not got over. */
  readonly retreat: Retreat | null;
  /** What is told first. */
  readonly opening: readonly RunEvent[];
}

/** The start of a new run. */
export const atStart: Place = { from: null, rollbacks: 0, retreat: null, opening: [] };

/** How often a run goes back, and to what. */
export interface RollbackOptions {
  readonly rollbacks: number;
  readonly rollbackFactor: number;
  readonly gradientsPerEpoch: number;
  /** The newest checkpoint, of less gradients than `before`; null for a run that keeps none. */
  readonly newestCheckpoint: (before: number | undefined) => FoundCheckpoint | null;
}

/**
 * The events of a run with its rollbacks. When something is not finite, it goes back to its newest checkpoint as often as
 * its settings allow; when that happens again before it is an effective epoch beyond the place, to an earlier one each
 * time, in the end to the start: the newest may have been on the way out already.
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
      // The start of the run has been told.
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
