/** Replicas and a broker on machines of their own: what is cut off, killed or slow costs the others little, and comes back. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasServer, type NatsServer, startServer } from "./natsServer.ts";
import { hasNetwork, makeNetwork, type Network } from "./network.ts";
import { band, roundsToRest } from "./quadratic.ts";
import { type ReplicaLine, type RunningReplica, replicaOn } from "./replicaOn.ts";

describe.skipIf(!hasServer || !hasNetwork)("on machines of their own", () => {
  let network: Network;
  let server: NatsServer;
  let runs = 0;
  /** Machine 0 has the broker, machine 1 + a replica a. */
  const brokerAt = 0;
  beforeAll(async () => {
    if (!hasServer || !hasNetwork) return;
    network = makeNetwork(4);
    server = await startServer({ machine: network.machines[brokerAt]! });
  });
  afterAll(async () => {
    await server?.stop();
    network?.remove();
  });
  const begin = (run: string, replica: number): RunningReplica => {
    // Leases of 0.75 s.
    const settings = { servers: [server.address], run, replica, count: 3, heartbeat: 250, copies: 1, pace: 20 };
    return replicaOn(network.machines[1 + replica]!, settings);
  };
  /** Three replicas that have begun to train. */
  const beginAll = async (run: string): Promise<[RunningReplica, RunningReplica, RunningReplica]> => {
    const all = [0, 1, 2].map((replica) => begin(run, replica));
    await together(all);
    return all as [RunningReplica, RunningReplica, RunningReplica];
  };
  const together = (all: readonly RunningReplica[]) => Promise.all(all.map((one) => one.until(has(0, 1, 2))));
  const newRun = (): string => `run-${runs++}`;
  const has = (...members: number[]) => {
    return ({ replicas }: ReplicaLine): boolean => replicas.join() === members.join();
  };
  /** Ends them once what a fault did to their points is forgotten; all are where they would be without it. */
  const expectRest = async (replicas: readonly RunningReplica[]): Promise<void> => {
    const rest = replicas.map(({ lines, until }) => {
      const from = lines.at(-1)?.round ?? 0;
      return until(({ round }) => round >= from + roundsToRest);
    });
    await Promise.all(rest);
    for (const { loss } of await Promise.all(replicas.map((one) => one.end()))) expect(loss).toBeLessThan(band);
  };

  test("a replica that is cut off leaves the mean, and is in it again when it is reached again", async () => {
    const all = await beginAll(newRun());
    network.machines[3]!.cut();
    await Promise.all(all.slice(0, 2).map((one) => one.until(has(0, 1))));
    network.machines[3]!.heal();
    await together(all);
    await expectRest(all);
    // It never went on alone.
    expect(all[2].lines.filter(has(2))).toEqual([]);
  });

  test("a replica that is killed leaves the mean, and comes back from its start", async () => {
    const run = newRun();
    const [one, two, three] = await beginAll(run);
    await three.kill();
    await Promise.all([one, two].map((other) => other.until(has(0, 1))));
    const atRest = ({ lines, until }: RunningReplica) =>
      (lines.at(-1)?.round ?? 0) > roundsToRest || until(({ round }) => round > roundsToRest);
    await Promise.all([one, two].map(atRest));
    const all = [one, two, begin(run, 2)];
    await together(all);
    await expectRest(all);
    // Its start, which is far away, has pulled nobody back.
    for (const { lines } of [one, two])
      for (const { loss } of lines.slice(roundsToRest + 1)) expect(loss).toBeLessThan(band);
  });

  test("replicas whose broker is cut off wait, and go on together", async () => {
    const all = await beginAll(newRun());
    network.machines[brokerAt]!.cut();
    // Longer than a lease: the broker, which lives on, forgets them all.
    await delay(1_000);
    network.machines[brokerAt]!.heal();
    await together(all);
    await expectRest(all);
    for (const { lines } of all) expect(lines.filter(({ replicas }) => replicas.length === 1)).toEqual([]);
  });

  test("a broker that is killed and has lost its data is told again", async () => {
    const all = await beginAll(newRun());
    await server.restart({ loseDisk: true });
    await together(all);
    await expectRest(all);
  });

  test("a replica behind a slow link keeps its place in the mean", async () => {
    const all = await beginAll(newRun());
    // A round is some thousands of bytes.
    network.machines[3]!.limit(500);
    await together(all);
    await expectRest(all);
    network.machines[3]!.limit(null);
    const slow = all[2].lines;
    expect(slow.filter(has(0, 1, 2)).length).toBeGreaterThan(slow.length / 2);
  });
});
