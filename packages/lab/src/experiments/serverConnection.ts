/** A connection to the NATS server where machines meet. */
import { connectNats, hasCredentials, natsOptions } from "entropy-sgd-cluster/node";
import { InputError } from "entropy-sgd-training";

/** What a connection of `connectNats` is. */
export type ServerConnection = Awaited<ReturnType<typeof connectNats>>;

/**
 * A connection with the credentials and certificates of the environment (NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_CA,
 * NATS_CERT, NATS_KEY), which are told to nobody else.
 *
 * @param nats - the address, such as nats://host:4222
 * @throws InputError where no server answers, or the address has a user or a password in it
 */
export async function connectedTo(nats: string): Promise<ServerConnection> {
  if (hasCredentials(nats)) {
    const rule = "must have no user and password in it, where logs keep them: set NATS_USER and NATS_PASSWORD";
    throw new InputError({ name: "--nats", rule });
  }
  try {
    return await connectNats(nats, natsOptions(process.env));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError({ name: "--nats", rule: `no server answers there: ${why}`, value: nats });
  }
}

/** Closes a connection when what was sent is with the server; at once where that does not answer. */
export async function closeInOrder(connection: ServerConnection): Promise<void> {
  const given = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
  await Promise.race([connection.flush().catch(() => {}), given]);
  await connection.close();
}
