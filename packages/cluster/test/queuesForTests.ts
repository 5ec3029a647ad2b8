/** Queues on a server of their own for the tests of a file. */
import { type JetStreamQueueOptions, jetStreamQueue, type WorkQueue } from "entropy-sgd-cluster";
import { serverForTests } from "./serverForTests.ts";

/** A server for tests, and what opens queues on it. @param prefix - of the names of its queues */
export function queuesForTests(prefix: string): ReturnType<typeof serverForTests> & {
  readonly newName: () => string;
  /** A queue over a connection of its own; each heartbeat is 150 ms where nothing is said. */
  readonly opened: (name: string, own?: Partial<JetStreamQueueOptions>) => Promise<WorkQueue>;
} {
  const place = serverForTests();
  let queues = 0;
  return {
    ...place,
    newName: () => `${prefix}-${queues++}`,
    opened: async (name, own = {}) => jetStreamQueue(await place.connected(), { name, heartbeat: 150, ...own }),
  };
}
