// Plans pieces of work in a process of its own, by lines of JSON on its input (queueOn.ts), and tells how each has ended.
import { createInterface } from "node:readline";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import type { PlannerLine, PlannerRequest, QueueSettings } from "./queueOn.ts";

const { servers, name, heartbeat, copies, credentials } = JSON.parse(process.argv[2]!) as QueueSettings;
const say = (line: PlannerLine): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const connection = await connectNats(servers, { reconnectTimeWait: 50, ...credentials });
const queue = jetStreamQueue(connection, { name, heartbeat, copies });
const idOf = (n: number): string => `piece-${n}`;
const ended = new Set<string>();

async function answer(request: Exclude<PlannerRequest, { kind: "health" }>): Promise<void> {
  if (request.kind === "enqueue") {
    for (let n = request.from; n < request.to; n++) await queue.enqueue(idOf(n), n);
    say({ kind: "enqueued", to: request.to });
  } else if (request.kind === "putAgain") {
    const numberOf = new Map(request.pieces.map((n) => [idOf(n), n]));
    for (const id of await queue.missing([...numberOf.keys()]))
      if (!ended.has(id)) await queue.enqueue(id, numberOf.get(id)!);
    say({ kind: "putAgain" });
  } else {
    // As a client whose acknowledgement was lost, and which does not say what it expects.
    for (const n of request.pieces) await publishAgain(n);
    say({ kind: "repeated" });
  }
}

async function publishAgain(n: number): Promise<void> {
  for (;;) {
    try {
      await jetstream(connection).publish(`queue.${name}.work.${idOf(n)}`, JSON.stringify(n));
      return;
    } catch {}
  }
}

/** Servers of the cluster that do not have all that the others have. */
async function behind(): Promise<readonly string[] | null> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const streams = ["work", "told", "files"].map((stream) => manager.streams.info(`queue_${name}_${stream}`));
  const all = [...(await Promise.all(streams)), await manager.consumers.info(`queue_${name}_work`, "workers")];
  const replicas = all.map(({ cluster }) => cluster?.replicas ?? []);
  if (replicas.some(({ length }) => length !== copies - 1)) return null;
  return replicas.flat().flatMap(({ name, current, offline }) => (current && offline !== true ? [] : [name]));
}

// One after the other: what is said to be planned is planned with all before it.
let answered = Promise.resolve();
createInterface(process.stdin).on("line", async (line) => {
  const request = JSON.parse(line) as PlannerRequest;
  // Also while the server takes no pieces.
  if (request.kind === "health") say({ kind: "health", behind: await behind().catch(() => null) });
  else answered = answered.then(() => answer(request));
});
for await (const event of queue.follow(new AbortController().signal)) {
  if (event.kind !== "event") ended.add(event.id);
  if (event.kind === "result") say({ kind: "result", id: event.id, result: event.result });
  else if (event.kind === "failure") say({ kind: "failure", id: event.id, message: event.message });
}
