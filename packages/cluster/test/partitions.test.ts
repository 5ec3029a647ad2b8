/** Replicas and a broker on machines of their own: what is cut off, killed or slow costs the others little, and comes back. */
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
  const begin = (run: string, replica: number, replicas = 3): RunningReplica =>
    replicaOn(network.machines[1 + replica]!, {
      ...{ servers: [server.address], run, replica, replicas },
      // Leases of 0.75 s.
      ...{ heartbeat: 250, copies: 1, pace: 20 },
    });
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
    const run = newRun();
    const all = [0, 1, 2].map((replica) => begin(run, replica));
    await Promise.all(all.map((one) => one.until(has(0, 1, 2))));
    network.machines[3]!.cut();
    await Promise.all(all.slice(0, 2).map((one) => one.until(has(0, 1))));
    network.machines[3]!.heal();
    await Promise.all(all.map((one) => one.until(has(0, 1, 2))));
    await expectRest(all);
    // It never went on alone.
    expect(all[2]!.lines.filter(has(2))).toEqual([]);
  });
});
