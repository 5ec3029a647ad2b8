/** What a server says of a store without room: nothing passes until somebody makes some. */
import { JetStreamApiError } from "@nats-io/jetstream";
import { ClusterError } from "../clusterError.ts";

const [serverLimits, accountLimits, streamLimits] = [
  "max_file_store or max_memory_store in the server's configuration",
  "max_file, max_mem, max_streams or max_consumers of the account in the server's configuration",
  "max_bytes or max_msgs of the stream",
];

/** By the codes of nats-server's errors.json, what limits the room. */
const limits: Readonly<Record<number, string>> = {
  10002: accountLimits,
  10023: serverLimits,
  10026: accountLimits,
  10027: accountLimits,
  10028: serverLimits,
  10047: serverLimits,
};
/** A stream's own store has failed, for one of its limits or for another reason. */
const streamStoreFailed = 10077;

/** @throws ClusterError "full" for an error that says that there is no room */
export function throwIfFull(error: unknown): void {
  if (!(error instanceof JetStreamApiError)) return;
  const { code, message } = error;
  const isOfStream = code === streamStoreFailed && message.startsWith("maximum ");
  const limit = isOfStream ? streamLimits : limits[code];
  if (limit === undefined) return;
  const rule = `has no room (${message}): raise ${limit}, or remove streams of runs and queues that are over (nats stream rm)`;
  throw new ClusterError("full", "server", "JetStream", rule);
}
