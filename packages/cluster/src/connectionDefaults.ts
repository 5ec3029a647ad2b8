/** What connections of replicas and workers have in common, whatever they go over. */
import type { ConnectionOptions } from "@nats-io/nats-core";

/**
 * They go on trying. A server that says nothing for 15 s is taken for lost: by itself the client would wait for minutes. What is asked
 * keeps no trace of where it was asked, in case that it fails: two errors made for each question took a twentieth of an exchange's cost.
 */
export const connectionDefaults: ConnectionOptions = {
  ...{ maxReconnectAttempts: -1, reconnectTimeWait: 500 },
  ...{ pingInterval: 5_000, maxPingOut: 2, timeout: 10_000, noAsyncTraces: true },
};
