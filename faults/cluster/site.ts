/** A queue at work: brokers, workers and a planner, each a process on a machine of its own. */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startBrokers } from "../../packages/cluster/test/brokers.ts";
import { type NatsServer, startServer } from "../../packages/cluster/test/natsServer.ts";
import { type Machine, makeNetwork } from "../../packages/cluster/test/network.ts";
import {
  type PlannerLine,
  type QueueSettings,
  type RunningPlanner,
  type RunningProcess,
  workerOn,
} from "../../packages/cluster/test/queueOn.ts";
import { openPlanning, type Planning } from "./planning.ts";

/** A process that can be ended and begun again, and the machine that it is on. */
export interface Post<P> {
  readonly machine: Machine;
  process: P;
}

export interface Site extends Planning {
  /** One, or a cluster of three. */
  readonly brokers: readonly Post<NatsServer>[];
  readonly workers: readonly Post<RunningProcess>[];
  startWorker(machine: Machine): RunningProcess;
  /**
   * Waits until more pieces have ended, and each broker has all that the others have. False after `patience` ms. One that does not catch
   * up is started again, as whoever runs it would, and all where they do not agree on who leads.
   */
  goesOn(pieces: number, patience: number): Promise<boolean>;
  /** How often a broker was started again so. */
  readonly restarted: () => number;
  end(): Promise<void>;
}

/** How long brokers may take to catch up, or to agree, in milliseconds. */
const catchUp = 30_000;
const numWorkers = 3;
const heartbeat = 150;
const pace = 60;
const careless = fileURLToPath(new URL("carelessWorker.ts", import.meta.url));

/** @param isCareless - whether workers are to lose pieces */
export async function openSite(name: string, numBrokers: 1 | 3, isCareless: boolean): Promise<Site> {
  const network = makeNetwork(numBrokers + numWorkers + 1);
  const own = network.machines.slice(0, numBrokers);
  const servers = numBrokers === 1 ? [await startServer({ machine: own[0]! })] : await startBrokers(own);
  const brokers = servers.map((process, i) => ({ machine: own[i]!, process }));
  const settings: QueueSettings = {
    ...{ servers: servers.map(({ address }) => address), name, heartbeat, copies: numBrokers, pace },
  };
  const startWorker = (machine: Machine): RunningProcess =>
    isCareless ? workerOn(machine, settings, careless) : workerOn(machine, settings);
  const workers = network.machines
    .slice(numBrokers, numBrokers + numWorkers)
    .map((machine) => ({ machine, process: startWorker(machine) }));
  const planning = openPlanning(network.machines.at(-1)!, settings);
  const { planner, tally, planned } = planning;
  let restarted = 0;
  return {
    ...{ ...planning, brokers, workers, startWorker, restarted: () => restarted },
    async goesOn(pieces, patience) {
      const wanted = Math.min(tally.ended().size + pieces, planned());
      const [end, isLate] = [performance.now() + patience, delay(patience, null, { ref: false })];
      let mended = performance.now();
      while (performance.now() < end) {
        await delay(50);
        const isDone = tally.ended().size >= wanted;
        const isDue = performance.now() - mended > catchUp;
        if (!isDone && !isDue) continue;
        const behind = await Promise.race([brokersBehind(planner.process), isLate]);
        if (isDone && behind?.length === 0) return true;
        if (!isDue) continue;
        restarted += await restart(brokers, behind);
        mended = performance.now();
      }
      return false;
    },
    async end() {
      const processes = [...workers.map(({ process }) => process), planner.process];
      await Promise.all(processes.map((one) => one.kill()));
      await Promise.all(servers.map((server) => server.stop()));
      network.remove();
    },
  };
}

/** The brokers that do not have all that the others have; null where nobody knows, such as without a leader. */
async function brokersBehind(planner: RunningPlanner): Promise<readonly string[] | null> {
  const from = planner.lines.length;
  planner.ask({ kind: "health" });
  const isAnswer = (line: PlannerLine): boolean => line.kind === "health";
  await planner.until((lines) => lines.slice(from).some(isAnswer));
  const answer = planner.lines.slice(from).find(isAnswer) as PlannerLine & { kind: "health" };
  return answer.behind;
}

/** @param behind - names of brokers; null for all @returns how many were started again */
async function restart(brokers: readonly Post<NatsServer>[], behind: readonly string[] | null): Promise<number> {
  const chosen = brokers.filter(({ machine }) => behind?.includes(machine.address) ?? true);
  for (const { process } of chosen) await process.restart();
  return chosen.length;
}
