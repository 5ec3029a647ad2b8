/** How a queue stands. */
import type { Streams } from "../jetstream/streams.ts";
import { storedOutcomes } from "./outcome.ts";
import { workersAround } from "./presence.ts";
import type { QueueNames } from "./queueStreams.ts";
import type { QueueStatus } from "./workQueue.ts";

/** @throws the client's error for a queue that is not there */
export async function queueStatus(streams: Streams, names: QueueNames): Promise<QueueStatus> {
  const unended = await streams.count(names.work);
  const outcomes = await storedOutcomes(streams, names);
  const ended = [...outcomes.values()].filter(({ outcome }) => outcome?.removed !== true).length;
  const workers = await workersAround(streams, names);
  const atWork = workers.filter(({ piece }) => piece !== null).length;
  return { waiting: Math.max(0, unended - atWork), atWork: Math.min(unended, atWork), ended, workers };
}
