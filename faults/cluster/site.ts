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

import { idsOf, openTally, type Tally } from "./tally.ts";

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
  readonly tally: Tally;
  /** Plans more pieces. */
  plan(pieces: number): void;
  startWorker(machine: Machine): RunningProcess;
  /** Starts the planner again; it plans what the one before has not said to be planned: more would hide what was lost. */
  restartPlanner(): Promise<void>;
  /** Lets the one broker lose all that it has. The planner puts on the queue again what has not ended: the one time that it does. */
  loseData(): Promise<void>;
  /** Waits until the planner has read all that is on the queue. False after `patience` ms. */
  readsAll(patience: number): Promise<boolean>;
  /**
   * Waits until more pieces have ended, and each broker has all that the others have. False after `patience` ms. One that does not catch
   * up is started again, as whoever runs it would, and all where they do not agree on who leads; then one that is still behind the two
   * others begins anew without its data.
   */
  goesOn(pieces: number, patience: number): Promise<boolean>;
  /** How often a broker was started again so, with its data or without. */
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
  const office = network.machines.at(-1)!;
  const planner = { machine: office, process: plannerOn(office, settings) };
  const tally = openTally(() => planner.process.lines);
  let planned = 0;
  let surelyPlanned = 0;
  let restarted = 0;
  /** @param behind - names of brokers; null for all */
  const restart = async (behind: readonly string[] | null, isFirst: boolean): Promise<void> => {
    const loseDisk = !isFirst && new Set(behind).size === 1;
    for (const { machine, process } of brokers) {
      if (behind?.includes(machine.address) === false) continue;
      restarted += 1;
      await process.restart({ loseDisk });
    }
  };
  return {
    ...{ brokers, workers, planner, startWorker, planned: () => planned },
    restarted: () => restarted,
    tally,
    plan(pieces) {
      planner.process.ask({ kind: "enqueue", from: planned, to: planned + pieces });
      planned += pieces;
    },
    async restartPlanner() {
      await planner.process.kill();
      tally.keep(planner.process.lines);
      const told = planner.process.lines.map((line) => (line.kind === "enqueued" ? line.to : 0));
      surelyPlanned = Math.max(surelyPlanned, ...told);
      planner.process = plannerOn(office, settings);
      planner.process.ask({ kind: "enqueue", from: surelyPlanned, to: planned });
    },
    async loseData() {
      const { process } = planner;
      const isBack = tally.losing();
      await brokers[0]!.process.restart({ loseDisk: true });
      const from = process.lines.length;
      const pieces = Array.from({ length: planned }, (_, n) => n).filter((n) => !tally.ended().has(`piece-${n}`));
      process.ask({ kind: "putAgain", pieces });
      await process.until((lines) => lines.slice(from).some(({ kind }) => kind === "putAgain"));
      isBack();
    },
    async readsAll(patience) {
      const all = tally.kept();
      const hasRead = (lines: readonly PlannerLine[]): boolean => {
        const read = idsOf(lines);
        return [...all].every((id) => read.has(id));
      };
      const hasAll = planner.process.until(hasRead).then(() => true);
      return Promise.race([hasAll, delay(patience, false, { ref: false })]);
    },
    async goesOn(pieces, patience) {
      const { process } = planner;
      const wanted = Math.min(tally.ended().size + pieces, planned);
      const [end, isLate] = [performance.now() + patience, delay(patience, null, { ref: false })];
      let [mended, isFirst] = [performance.now(), true];
      while (performance.now() < end) {
        await delay(50);
        const isDone = tally.ended().size >= wanted;
        const isDue = performance.now() - mended > catchUp;
        if (!isDone && !isDue) continue;
        const behind = await Promise.race([brokersBehind(process), isLate]);
        if (isDone && behind?.length === 0) return true;
        if (!isDue) continue;
        if (behind?.length !== 0) await restart(behind, isFirst);
        [mended, isFirst] = [performance.now(), false];
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
