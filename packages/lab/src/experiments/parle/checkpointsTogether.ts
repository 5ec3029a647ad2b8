/** Checkpoints of replicas in one process: all take theirs after the same exchange, so that all can go on from there. */
import type { CheckpointRequests } from "entropy-sgd-training";

/**
 * Whether all take a checkpoint after an exchange: where one was asked for, or so many minutes have passed since the last. It is
 * decided for the first that asks, and the same for the others.
 *
 * @param minutes - null for none by time
 */
export function checkpointsTogether(
  minutes: number | null,
  requests: Pick<CheckpointRequests, "count"> | undefined,
): (outerStep: number) => boolean {
  let decided = { outerStep: -1, isDue: false };
  let [answered, last] = [requests?.count ?? 0, performance.now()];
  return (outerStep) => {
    if (outerStep <= decided.outerStep) return decided.isDue;
    const [asked, now] = [requests?.count ?? 0, performance.now()];
    const isDue = asked > answered || (minutes !== null && now - last >= 60_000 * minutes);
    if (isDue) [answered, last] = [asked, now];
    decided = { outerStep, isDue };
    return isDue;
  };
}
