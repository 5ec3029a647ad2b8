// A worker that is not to be trusted, to prove that the harness finds losses: it acknowledges a piece before it has done it, and
// stores a result whether there is one or not.
import { setTimeout as delay } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { connectNats } from "entropy-sgd-cluster/node";
import type { QueueSettings } from "../../packages/cluster/test/queueOn.ts";

const { servers, name, pace } = JSON.parse(process.argv[2]!) as QueueSettings;
const client = jetstream(await connectNats(servers, { reconnectTimeWait: 50 }));
for (;;) {
  try {
    const consumer = await client.consumers.get(`queue_${name}_work`, "workers");
    const message = await consumer.next({ expires: 1_000 });
    if (message === null) continue;
    await message.ackAck();
    await delay(pace);
    const result = { value: 2 * message.json<number>() + 1, attempt: message.info.deliveryCount };
    const id = message.subject.split(".")[3];
    await client.publish(`queue.${name}.outcome.${id}`, JSON.stringify({ attempt: 1, result, files: [] }));
  } catch {
    await delay(100);
  }
}
