// A worker of a queue in a process of its own: a piece of work is a number n, its result 2n + 1, with a mark that no other result has.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import type { QueueSettings } from "./queueOn.ts";

const { servers, name, heartbeat, copies, pace, credentials } = JSON.parse(process.argv[2]!) as QueueSettings;
const connection = await connectNats(servers, { reconnectTimeWait: 50, ...credentials });
const queue = jetStreamQueue(connection, { name, heartbeat, copies });
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await queue.work(async ({ work, attempt }) => {
  await delay(pace);
  return { value: 2 * Number(work) + 1, attempt, mark: randomUUID() };
}, stop.signal);
await connection.close();
process.exit();
