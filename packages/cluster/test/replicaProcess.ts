// A replica that trains in a process of its own: prints a line of JSON for each exchange, and ends after the line "end" on its input.
import { createInterface } from "node:readline";
import { awaitMembers, jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { elements } from "./quadratic.ts";
import type { ReplicaLine, ReplicaSettings } from "./replicaOn.ts";
import { trainQuadratic } from "./trainQuadratic.ts";

const { servers, run, replica, count, heartbeat, copies, pace, credentials } = JSON.parse(
  process.argv[2]!,
) as ReplicaSettings;
const say = (line: ReplicaLine): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
let isEnding = false;
createInterface(process.stdin).on("line", () => {
  isEnding = true;
});

const connection = await connectNats(servers, { reconnectTimeWait: 50, ...credentials });
const member = await jetStreamExchange(connection, { run, elements, heartbeat, copies }).join(replica);
await awaitMembers(member, count);
for await (const { round, replicas, loss } of trainQuadratic(member, pace)) {
  say({ round, replicas, loss });
  if (isEnding) break;
}
await member.leave();
await connection.close();
process.exit();
