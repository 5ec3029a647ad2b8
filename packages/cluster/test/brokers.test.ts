/** A cluster of three brokers that keeps three copies: one of them is killed while replicas exchange and a queue is worked on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrokers } from "./brokers.ts";
import { documentedRights } from "./documentedRights.ts";
import { hasServer, type NatsServer } from "./natsServer.ts";
import { hasNetwork, type Machine, makeNetwork, type Network } from "./network.ts";
import { band, roundsToRest } from "./quadratic.ts";
import { plannerOn, workerOn } from "./queueOn.ts";
import { replicaOn } from "./replicaOn.ts";

const copies = 3;
const isPossible = hasServer && hasNetwork;
let network: Network;
let brokers: NatsServer[] = [];
beforeAll(async () => {
  if (!isPossible) return;
  network = makeNetwork(6);
  brokers = await startBrokers(network.machines.slice(0, 3), documentedRights(copies));
});
afterAll(async () => {
  await Promise.all(brokers.map((broker) => broker.stop()));
  network?.remove();
});

/** A user of the documented rights. */
const userOf = (user: string) => ({ user, pass: `secret of ${user}` });

test.skipIf(!isPossible)(
  "a member of a cluster is killed, and replicas and workers go on with the documented rights",
  async () => {
    const place = { servers: brokers.map(({ address }) => address), heartbeat: 500, copies };
    const [three, four, five] = network.machines.slice(3) as [Machine, Machine, Machine];
    const replicas = [three, four].map((machine, replica) =>
      replicaOn(machine, { ...place, run: "first", credentials: userOf("first"), replica, count: 2, pace: 20 }),
    );
    const queue = { ...place, name: "sweep", credentials: userOf("sweep"), pace: 50 };
    const workers = [four, five].map((machine) => workerOn(machine, queue));
    const planner = plannerOn(five, queue);
    const pieces = 40;
    planner.ask({ kind: "enqueue", from: 0, to: pieces });
    const together = () => Promise.all(replicas.map((one) => one.until(({ replicas }) => replicas.join() === "0,1")));
    await together();
    await planner.until((lines) => lines.filter(({ kind }) => kind === "result").length >= 5);

    await brokers[0]!.kill();
    await together();
    const from = Math.max(...replicas.map(({ lines }) => lines.at(-1)!.round));
    await Promise.all(replicas.map((one) => one.until(({ round }) => round >= from + roundsToRest)));
    const results = () => planner.lines.filter((line) => line.kind === "result");
    await planner.until(() => new Set(results().map(({ id }) => id)).size === pieces);

    for (const { loss } of await Promise.all(replicas.map((one) => one.end()))) expect(loss).toBeLessThan(band);
    const values = results().map(({ id, result }) => [id, (result as { value: number }).value]);
    const expected = Array.from({ length: pieces }, (_, n) => [`piece-${n}`, 2 * n + 1]);
    expect(values.sort()).toEqual(expected.sort());
    await Promise.all([...workers, planner].map((one) => one.kill()));
  },
);
