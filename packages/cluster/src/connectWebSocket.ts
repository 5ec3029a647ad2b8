import { type ConnectionOptions, type NatsConnection, wsconnect } from "@nats-io/nats-core";
import { connectionDefaults } from "./connectionDefaults.ts";

/**
 * As `connectNats` of `entropy-sgd-cluster/node`, over WebSocket, in a page or a web worker. The server's configuration has a block
 * `websocket` for it, and a page from https may connect to `wss` only, or to its own machine.
 *
 * @param servers - addresses such as `wss://host:8080`
 * @throws the client's error where no server answers at first
 */
export function connectWebSocket(servers: string | string[], options: ConnectionOptions = {}): Promise<NatsConnection> {
  return wsconnect({ ...connectionDefaults, ...options, servers });
}
