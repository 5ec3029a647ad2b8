/** The faults of a queue on several machines, by name. */
import { setTimeout as delay } from "node:timers/promises";
import type { Machine } from "../../packages/cluster/test/network.ts";
import type { Site } from "./site.ts";

/** A fault that comes, stays for a while and goes. */
export interface ClusterFault {
  readonly name: string;
  /** With how many brokers it is injected; any number when absent. */
  readonly brokers?: 1;
  /** @param random - uniform in [0, 1) */
  readonly inject: (site: Site, random: () => number) => Promise<void>;
}

/** Longest that a fault stays: several times as long as a piece is kept without heartbeats. */
const longest = 1_500;

export const clusterFaults: readonly ClusterFault[] = [
  {
    name: "kill a worker",
    async inject({ workers, startWorker }, random) {
      const worker = oneOf(workers, random);
      await worker.process.kill();
      await delay(longest * random());
      worker.process = startWorker(worker.machine);
    },
  },
  {
    name: "suspend a worker",
    async inject({ workers }, random) {
      const { child } = oneOf(workers, random).process;
      child.kill("SIGSTOP");
      await delay(longest * random());
      child.kill("SIGCONT");
    },
  },
  { name: "cut a worker off", inject: ({ workers }, random) => cut(oneOf(workers, random).machine, random) },
  { name: "slow a worker's link", inject: ({ workers }, random) => slow(oneOf(workers, random).machine, random) },
  {
    name: "kill a broker",
    async inject({ brokers }, random) {
      const { process } = oneOf(brokers, random);
      await process.kill();
      await delay(longest * random());
      await process.restart();
    },
  },
  { name: "cut a broker off", inject: ({ brokers }, random) => cut(oneOf(brokers, random).machine, random) },
  { name: "slow a broker's link", inject: ({ brokers }, random) => slow(oneOf(brokers, random).machine, random) },
  {
    name: "publish pieces again",
    async inject({ planner, planned, tally }, random) {
      // Some that have ended, and the newest, which have hardly begun: others would hide what was lost.
      const newest = planned() - 5;
      const ended = [...tally.kept()].map((id) => Number(id.split("-")[1]));
      const pieces = Array.from({ length: 10 }, () => oneOf(ended, random));
      planner.process.ask({ kind: "repeat", pieces: [...pieces, newest, newest + 1] });
      planner.process.ask({ kind: "enqueue", from: newest, to: planned() });
    },
  },
  { name: "kill the planner", inject: ({ restartPlanner }) => restartPlanner() },
  // One of three must not come back so: their votes count on what each has stored.
  {
    name: "kill the broker, its data lost",
    brokers: 1,
    inject: ({ brokers, putAgain }) => putAgain(() => brokers[0]!.process.restart({ loseDisk: true })),
  },
];

async function cut(machine: Machine, random: () => number): Promise<void> {
  machine.cut();
  await delay(longest * random());
  machine.heal();
}

async function slow(machine: Machine, random: () => number): Promise<void> {
  // From less than what heartbeats need to more than what pieces do.
  machine.limit(Math.round(10 * 100 ** random()));
  await delay(longest * random());
  machine.limit(null);
}

function oneOf<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(all.length * random())]!;
}
