/** A NATS server for the tests of a file. */
import type { NatsConnection } from "@nats-io/nats-core";
import { connectNats } from "entropy-sgd-cluster/node";
import { afterAll, beforeAll } from "vitest";
import { hasServer, type NatsServer, startServer } from "./natsServer.ts";

/** Starts the server before the tests, and ends it after them; does nothing where none is installed. */
export function serverForTests(): {
  readonly server: () => NatsServer;
  /** Those that were made, oldest first. */
  readonly connections: readonly NatsConnection[];
  readonly connected: () => Promise<NatsConnection>;
} {
  let server: NatsServer;
  const connections: NatsConnection[] = [];
  beforeAll(async () => {
    if (hasServer) server = await startServer();
  });
  afterAll(async () => {
    for (const connection of connections) await connection.close();
    if (hasServer) await server.stop();
  });
  return {
    server: () => server,
    connections,
    async connected() {
      const connection = await connectNats(server.address, { reconnectTimeWait: 20 });
      connections.push(connection);
      return connection;
    },
  };
}
