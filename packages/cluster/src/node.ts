/** Connections of Node to a NATS server, over TCP. */
import type { ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";

/**
 * A connection for `jetStreamExchange` that goes on trying after the server went away. Credentials and TLS by the client's own
 * options.
 *
 * @param servers - addresses such as `nats://host:4222`
 * @throws the client's error where no server answers at first
 */
export function connectNats(servers: string | string[], options: ConnectionOptions = {}): Promise<NatsConnection> {
  return connect({ maxReconnectAttempts: -1, reconnectTimeWait: 500, ...options, servers });
}
