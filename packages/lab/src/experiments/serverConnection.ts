/** A connection to the NATS server where machines meet. */
import { ClusterError } from "entropy-sgd-cluster";
import { connectNats, hasCredentials, natsOptions } from "entropy-sgd-cluster/node";
import { InputError } from "entropy-sgd-training";

/** What a connection of `connectNats` is. */
export type ServerConnection = Awaited<ReturnType<typeof connectNats>>;

/**
 * A connection with the credentials and certificates of the environment (NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_CA,
 * NATS_CERT, NATS_KEY), which are told to nobody else.
 *
 * @param nats - the address, such as nats://host:4222
 * @throws InputError where no server answers, or one without JetStream, or the address has a user or a password in it
 */
export async function connectedTo(nats: string): Promise<ServerConnection> {
  requireNoCredentials(nats);
  if (/^(?!nats:|tls:)[a-z]+:\/\//i.test(nats))
    throw new InputError({ name: "--nats", rule: "must be nats://host:port, or tls://host:port", value: nats });
  const connection = await connected(nats);
  if (await hasJetStream(connection)) return connection;
  await connection.close();
  throw new InputError({ name: "--nats", rule: "the server there has no JetStream: nats-server -js", value: nats });
}

/** @throws InputError for an address that has a user or a password in it */
export function requireNoCredentials(nats: string): void {
  if (!hasCredentials(nats)) return;
  const rule = "must have no user and password in it, where logs keep them: set NATS_USER and NATS_PASSWORD";
  throw new InputError({ name: "--nats", rule });
}

async function connected(nats: string): Promise<ServerConnection> {
  try {
    return await connectNats(nats, natsOptions(process.env));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError({ name: "--nats", rule: `no server answers there: ${why}`, value: nats });
  }
}

/** Whether anyone answers for JetStream: what is asked of it later would wait for the answer forever. A refusal is an answer too. */
async function hasJetStream(connection: ServerConnection): Promise<boolean> {
  try {
    await connection.request("$JS.API.INFO", "", { timeout: 2_000 });
    return true;
  } catch (error) {
    // The client's error, whose class is not a package of ours to know.
    return (error as { isNoResponders?: () => boolean }).isNoResponders?.() !== true;
  }
}

/**
 * Does something on a connection of its own, which is closed in the end.
 *
 * @throws InputError as `connectedTo`, and as `denialAsInput`
 */
export async function withServer<Result>(
  nats: string,
  work: (connection: ServerConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectedTo(nats);
  try {
    return await work(connection);
  } catch (error) {
    throw denialAsInput(error);
  } finally {
    await closeInOrder(connection);
  }
}

/** What the server does not allow, has no room for, has with other settings or does not answer, as an InputError; any other error as it is. */
export function denialAsInput(error: unknown): unknown {
  const isDenied =
    error instanceof ClusterError && ["denied", "full", "other-settings", "silent"].includes(error.details.code);
  return isDenied ? new InputError({ name: "--nats", rule: error.message }) : error;
}

/** Closes a connection when what was sent is with the server; at once where that does not answer. */
export async function closeInOrder(connection: ServerConnection): Promise<void> {
  const given = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
  await Promise.race([connection.flush().catch(() => {}), given]);
  await connection.close();
}
