/** A queue at work: brokers, workers and a planner, each a process on a machine of its own. */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startBrokers } from "../../packages/cluster/test/brokers.ts";
import { type NatsServer, startServer } from "../../packages/cluster/test/natsServer.ts";
import { type Machine, makeNetwork } from "../../packages/cluster/test/network.ts";
import {
  type PlannerLine,
  plannerOn,
  type QueueSettings,
  type RunningPlanner,
  type RunningProcess,
  workerOn,
} from "../../packages/cluster/test/queueOn.ts";

/** A process that can be ended and begun again, and the machine that it is on. */
export interface Post<P> {
  readonly machine: Machine;
  process: P;
}

export interface Site {
  /** One, or a cluster of three. */
  readonly brokers: readonly Post<NatsServer>[];
  readonly workers: readonly Post<RunningProcess>[];
  readonly planner: Post<RunningPlanner>;
  /** Pieces that the planner was asked to plan. */
  readonly planned: () => number;
  /** Numbers of those that have ended, as far as the planner has told. */
  readonly ended: () => readonly number[];
  /** Plans more pieces. */
  plan(pieces: number): void;
  startWorker(machine: Machine): RunningProcess;
  /** Starts the planner again; it plans what the one before has not said to be planned: more would hide what was lost. */
  restartPlanner(): Promise<void>;
  /**
   * Waits until more pieces have ended, and each broker has all that the others have; one that does not catch up is started again, as
   * whoever runs it would. False after `patience` ms.
   */
  goesOn(pieces: number, patience: number): Promise<boolean>;
  /** How many brokers were started again because they did not catch up. */
  readonly restarted: () => number;
  end(): Promise<void>;
}

/** How long a broker may take to catch up, in milliseconds. */
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
  const office = network.machines.at(-1)!;
  const planner = { machine: office, process: plannerOn(office, settings) };
  let planned = 0;
  let surelyPlanned = 0;
  let restarted = 0;
  const restart = async (names: readonly string[]): Promise<void> => {
    for (const { process } of brokers.filter(({ machine }) => names.includes(machine.address))) {
      restarted += 1;
      await process.restart();
    }
  };
  return {
    ...{ brokers, workers, planner, startWorker, planned: () => planned },
    restarted: () => restarted,
    ended: () => [...idsOf(planner.process.lines)].map((id) => Number(id.split("-")[1])),
    plan(pieces) {
      planner.process.ask({ kind: "enqueue", from: planned, to: planned + pieces });
      planned += pieces;
    },
    async restartPlanner() {
      await planner.process.kill();
      const told = planner.process.lines.map((line) => (line.kind === "enqueued" ? line.to : 0));
      surelyPlanned = Math.max(surelyPlanned, ...told);
      planner.process = plannerOn(office, settings);
      planner.process.ask({ kind: "enqueue", from: surelyPlanned, to: planned });
    },
    async goesOn(pieces, patience) {
      const { process } = planner;
      const before = idsOf(process.lines).size;
      const late = delay(patience, false, { ref: false });
      const wanted = Math.min(before + pieces, planned);
      const goneOn = process.until((lines) => idsOf(lines).size >= wanted).then(() => true);
      return (await Promise.race([goneOn, late])) && Promise.race([whole(process, restart, patience), late]);
    },
    async end() {
      const processes = [...workers.map(({ process }) => process), planner.process];
      await Promise.all(processes.map((one) => one.kill()));
      await Promise.all(servers.map((server) => server.stop()));
      network.remove();
    },
  };
}

/** Pieces that have ended. */
function idsOf(lines: readonly PlannerLine[]): Set<string> {
  return new Set(lines.flatMap((line) => ("id" in line ? [line.id] : [])));
}

/** @param restart - starts brokers again, by their names */
async function whole(
  planner: RunningPlanner,
  restart: (names: readonly string[]) => Promise<void>,
  patience: number,
): Promise<boolean> {
  const end = performance.now() + patience;
  let since = performance.now();
  while (performance.now() < end) {
    const from = planner.lines.length;
    planner.ask({ kind: "health" });
    const isAnswer = (line: PlannerLine): boolean => line.kind === "health";
    await planner.until((lines) => lines.slice(from).some(isAnswer));
    const answer = planner.lines.slice(from).find(isAnswer) as PlannerLine & { kind: "health" };
    if (answer.behind?.length === 0) return true;
    if (answer.behind !== null && performance.now() - since > catchUp) {
      await restart(answer.behind);
      since = performance.now();
    }
    await delay(100);
  }
  return false;
}
