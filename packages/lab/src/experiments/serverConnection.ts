/** A connection to the NATS server where machines meet. */
import { connectNats } from "entropy-sgd-cluster/node";
import { InputError } from "entropy-sgd-training";

/** What a connection of `connectNats` is. */
export type ServerConnection = Awaited<ReturnType<typeof connectNats>>;

/** @param nats - the address, such as nats://host:4222 @throws InputError where no server answers */
export function connectedTo(nats: string): Promise<ServerConnection> {
  return connectNats(nats).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError({ name: "--nats", rule: `no server answers there: ${why}`, value: nats });
  });
}

/** Closes a connection when what was sent is with the server; at once where that does not answer. */
export async function closeInOrder(connection: ServerConnection): Promise<void> {
  const given = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
  await Promise.race([connection.flush().catch(() => {}), given]);
  await connection.close();
}
