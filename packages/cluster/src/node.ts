/** Connections of Node to a NATS server, over TCP and TLS. */
import { readFileSync } from "node:fs";
import { type ConnectionOptions, credsAuthenticator, type NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { connectionDefaults } from "./connectionDefaults.ts";

/**
 * A connection for `jetStreamExchange` that goes on trying after the server went away. Credentials and TLS by the client's own
 * options, or as tools of NATS take them from the environment (`natsOptions`).
 *
 * @param servers - addresses such as `nats://host:4222`; with `tls://` a server without TLS is refused
 * @throws the client's error where no server answers at first; TypeError for a user or a password in an address, where they would be
 *   written to logs
 */
export async function connectNats(
  servers: string | string[],
  options: ConnectionOptions = {},
): Promise<NatsConnection> {
  const all = typeof servers === "string" ? [servers] : servers;
  if (all.some(hasCredentials))
    throw new TypeError("connectNats: servers must have no user and password in them: give them as options");
  const isSecure = all.some((server) => server.startsWith("tls://"));
  return connect({ ...connectionDefaults, ...(isSecure && { tls: {} }), ...options, servers: all });
}

/** Whether an address has a user, a password or a token in it. */
export function hasCredentials(server: string): boolean {
  return server.includes("@");
}

/**
 * Options of the client from the variables that tools of NATS read: NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS (a credentials
 * file), NATS_CA, NATS_CERT and NATS_KEY (files of certificates and of the key).
 *
 * @param environment - such as `process.env`
 * @throws the error of the file system for a file that cannot be read
 */
export function natsOptions(environment: Readonly<Record<string, string | undefined>>): ConnectionOptions {
  const { NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY } = environment;
  const isSecure = NATS_CA !== undefined || NATS_CERT !== undefined;
  return {
    ...(NATS_USER !== undefined && { user: NATS_USER }),
    ...(NATS_PASSWORD !== undefined && { pass: NATS_PASSWORD }),
    ...(NATS_TOKEN !== undefined && { token: NATS_TOKEN }),
    ...(NATS_CREDS !== undefined && { authenticator: credsAuthenticator(readFileSync(NATS_CREDS)) }),
    ...(isSecure && {
      tls: {
        ...(NATS_CA !== undefined && { ca: readFileSync(NATS_CA, "utf8") }),
        ...(NATS_CERT !== undefined && { cert: readFileSync(NATS_CERT, "utf8") }),
        ...(NATS_KEY !== undefined && { key: readFileSync(NATS_KEY, "utf8") }),
      },
    }),
  };
}
