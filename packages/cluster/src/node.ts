/** Connections of Node to a NATS server, over TCP. */
import type { ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";

/** A server that says nothing for 15 s is taken for lost: by itself the client would wait for minutes. */
const defaults: ConnectionOptions = {
  ...{ maxReconnectAttempts: -1, reconnectTimeWait: 500 },
  ...{ pingInterval: 5_000, maxPingOut: 2, timeout: 10_000 },
};

/**
 * A connection for `jetStreamExchange` that goes on trying after the server went away. Credentials and TLS by the client's own
 * options.
 *
 * @param servers - addresses such as `nats://host:4222`
 * @throws the client's error where no server answers at first
 */
export function connectNats(servers: string | string[], options: ConnectionOptions = {}): Promise<NatsConnection> {
  return connect({ ...defaults, ...options, servers });
}
