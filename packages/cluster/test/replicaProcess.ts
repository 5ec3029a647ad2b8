// A replica that trains in a process of its own: prints a line of JSON for each exchange, and ends after the line "end" on its input.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { awaitMembers, exchangeMean, jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { elements, gradientOf, innerSteps, lossOf, quadraticReplica, start } from "./quadratic.ts";
import type { ReplicaLine, ReplicaSettings } from "./replicaOn.ts";

const { servers, run, replica, replicas, heartbeat, copies, pace } = JSON.parse(process.argv[2]!) as ReplicaSettings;
const say = (line: ReplicaLine): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
let isEnding = false;
createInterface(process.stdin).on("line", () => {
  isEnding = true;
});

const connection = await connectNats(servers, { reconnectTimeWait: 50 });
const member = await jetStreamExchange(connection, { run, elements, heartbeat, copies }).join(replica);
await awaitMembers(member, replicas);
const optimizer = quadraticReplica(replica);
let state = optimizer.init(start);
for (let round = 0; !isEnding; round++) {
  await delay(pace);
  for (let step = 0; step < innerSteps; step++) {
    const gradient = gradientOf(replica, round * innerSteps + step, optimizer.gradientPoint(state) as Float32Array);
    state = optimizer.step(gradient, state);
  }
  const { mean, replicas } = await exchangeMean(member, round, optimizer.contribution(state) as Float32Array);
  state = optimizer.couple(mean, state);
  say({ round, replicas, loss: lossOf(optimizer.evalPoint(state) as Float32Array), refusals: member.refusals() });
}
await member.leave();
await connection.close();
process.exit();
