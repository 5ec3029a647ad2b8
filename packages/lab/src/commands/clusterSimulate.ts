/** `entropy-sgd cluster simulate`: what many machines would do, before there are any. */
import type { ClusterModel, QueueModel, SimulatedReplicas, SimulatedWorkers } from "entropy-sgd-cluster/simulation";
import { InputError } from "entropy-sgd-training";
import { textTable, widthOf } from "../report/textTable.ts";
import { inPercent, short } from "../statistics/numbers.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";
import { count, countList, notNegative, positive, share, whole } from "./options.ts";

/** Options of `entropy-sgd cluster simulate`. */
export interface ClusterSimulateCommand {
  readonly replicas: readonly number[];
  readonly parameters?: number;
  readonly gradientMs?: number;
  readonly innerSteps: number;
  readonly float16?: boolean;
  readonly latencyMs: number;
  readonly bandwidth: number;
  readonly brokerBandwidth?: number;
  readonly jitter: number;
  readonly slowShare?: number;
  readonly slowFactor: number;
  readonly deathsPerHour: number;
  readonly restartSeconds: number;
  readonly outerSteps: number;
  readonly runs?: number;
  readonly runMinutes?: number;
  readonly checkpointMinutes?: number;
  readonly workers: readonly number[];
  readonly seed: number;
  readonly json?: boolean;
}

/** `entropy-sgd cluster simulate`. */
export const definition: CommandDefinition = {
  examples: [
    "--parameters 132220 --gradient-ms 16",
    "--parameters 25e6 --gradient-ms 300 --bandwidth 10000 --jitter 0.1 --deaths-per-hour 0.1",
    "--runs 100 --run-minutes 12 --workers 3,10,30 --deaths-per-hour 0.5",
  ],
  declare: (command, context, done) =>
    json(command)
      .description(
        "Simulate replicas of Parle, or workers on a queue, by a model of their work and links; trains nothing.",
      )
      .option("--parameters <n>", "weights of the network, 4 bytes each on the wire; required without --runs", count)
      .option("--gradient-ms <t>", "milliseconds of one gradient on one machine; required without --runs", positive)
      .option("--replicas <list>", "numbers of replicas", countList, [3, 10, 30, 100, 300, 1_000])
      // Of the recipes of networks for images, which `parle` takes; Chaudhari et al. 2017 (arXiv:1707.00424) have 25.
      .option("--inner-steps <l>", "gradients between exchanges; recipes have 20 for images, 5 for texts", count, 20)
      .option("--float16", "2 bytes for each weight on the wire")
      .option("--latency-ms <t>", "between a machine and the broker, one way", notNegative, 0.25)
      .option("--bandwidth <rate>", "of each machine, each way, in Mbit/s", positive, 1_000)
      .option("--broker-bandwidth <rate>", "of the broker, each way; default: that of a machine", positive)
      .option("--jitter <share>", "mean random delay of an inner loop or run, as a share of its time", notNegative, 0)
      .option("--slow-share <share>", "share of the replicas that are slow", share)
      .option("--slow-factor <factor>", "times as long as others they take", positive, 2)
      .option("--deaths-per-hour <n>", "how often a machine dies in an hour of its work", notNegative, 0)
      .option("--restart-seconds <t>", "until one that died works again", notNegative, 60)
      .option("--outer-steps <n>", "outer steps that are simulated", count, 200)
      .option("--runs <n>", "simulate a queue of so many runs instead; --parameters are those that come back", count)
      .option("--run-minutes <t>", "of one run, with --runs", positive)
      .option("--checkpoint-minutes <t>", "between checkpoints on a shared disk; default: a run begins anew", positive)
      .option("--workers <list>", "numbers of workers, with --runs", countList, [1, 3, 10, 30, 100])
      .option("--seed <n>", "seed of random delays and deaths", whole, 0)
      .action(async (options: ClusterSimulateCommand) => done(await clusterSimulate(options, context))),
};

/** Prints what each number of machines would come to. Gives the exit code. */
export async function clusterSimulate(options: ClusterSimulateCommand, context: CommandContext): Promise<number> {
  const { runs, runMinutes } = options;
  if ((runs === undefined) !== (runMinutes === undefined))
    throw runs === undefined
      ? new InputError({ name: "--runs", rule: "is required with --run-minutes" })
      : new InputError({ name: "--run-minutes", rule: "is required with --runs" });
  if (runs !== undefined && runMinutes !== undefined) return tellWorkers(options, runs, 60 * runMinutes, context);
  return tellReplicas(options, context);
}

/**
 * Bytes per second that one process can send and receive, whatever its link: copies, checksums and the client's own work, by
 * bench/exchange.ts on two busy cores (docs/decisions/cluster.md).
 */
const ownRates = { send: 220e6, receive: 180e6 };

/** What an exchange takes beside bytes and latencies: requests of commits and leases, by the same measurement. */
const overhead = 0.002;

/** @throws InputError without the size of the vectors or the time of a gradient */
function modelOf(options: ClusterSimulateCommand): ClusterModel {
  const { parameters, gradientMs, innerSteps, float16, latencyMs, bandwidth, brokerBandwidth = bandwidth } = options;
  if (parameters === undefined || gradientMs === undefined) {
    const name = parameters === undefined ? "--parameters" : "--gradient-ms";
    throw new InputError({ name, rule: "is required of replicas; of a queue give --runs and --run-minutes" });
  }
  const { jitter, slowShare = 0, slowFactor, deathsPerHour, restartSeconds } = options;
  const link = bytesPerSecond(bandwidth);
  const broker = bytesPerSecond(brokerBandwidth);
  return {
    ...{ gradientTime: gradientMs / 1000, innerSteps, vectorBytes: parameters * (float16 ? 2 : 4) },
    ...{ latency: latencyMs / 1000, overhead, brokerIn: broker, brokerOut: broker },
    ...{ sendRate: Math.min(link, ownRates.send), receiveRate: Math.min(link, ownRates.receive) },
    ...{ jitter, slowShare, slowFactor, deathsPerHour, restartTime: restartSeconds },
  };
}

const bytesPerSecond = (megabits: number): number => (megabits * 1e6) / 8;

async function tellReplicas(options: ClusterSimulateCommand, context: CommandContext): Promise<number> {
  const { simulateReplicas } = await import("entropy-sgd-cluster/simulation");
  const model = modelOf(options);
  const { outerSteps, seed } = options;
  const found = options.replicas.map((replicas) => simulateReplicas(model, { replicas, outerSteps, seed }));
  if (options.json) writeJson(context, { model, outerSteps, seed, simulated: found });
  else tellTable(replicaHead, found.map(replicaRow), replicaWords, context);
  return exitCodes.ok;
}

function tellTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words: string,
  { stdout }: CommandContext,
): void {
  stdout.write(`${textTable(head, rows, widthOf(stdout))}\n${words}\n`);
}

const replicaHead = [
  "replicas",
  "outer step, s",
  "± sd",
  "computing, s",
  "waiting, s",
  "exchanging, s",
  "exchanging, %",
  "gradients/s, times one replica's",
  "broker sends",
  "deaths",
];

const replicaWords = `Simulated, not measured; docs/replicas.md has the model. Means of an outer step: waiting is for the slowest replica or one that has
died, exchanging the vectors' way through the broker, which sends n(n − 1) vectors of n replicas.`;

function replicaRow(found: SimulatedReplicas): string[] {
  const { replicas, outerStep, spread, computing, waiting, exchanging, speedup, bytesOut, deaths } = found;
  const times = [outerStep, spread ?? 0, computing, waiting, exchanging].map(short);
  const percent = inPercent(exchanging / outerStep, 1);
  return [String(replicas), ...times, percent, short(speedup), sizeText(bytesOut), String(deaths)];
}

/** Bytes in MB, from 1 GB on in GB. */
function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${short(bytes / 1e6)} MB` : `${short(bytes / 1e9)} GB`;
}

async function tellWorkers(
  options: ClusterSimulateCommand,
  runs: number,
  runTime: number,
  context: CommandContext,
): Promise<number> {
  const { simulateWorkers } = await import("entropy-sgd-cluster/simulation");
  const { parameters = 0, jitter, deathsPerHour, restartSeconds, checkpointMinutes, seed } = options;
  const checkpointTime = checkpointMinutes === undefined ? null : 60 * checkpointMinutes;
  const model: Omit<QueueModel, "workers"> = {
    ...{ runs, runTime, jitter, deathsPerHour, restartTime: restartSeconds, checkpointTime, seed },
    // Weights and events come back once.
    overhead: (parameters * 4) / Math.min(bytesPerSecond(options.bandwidth), ownRates.send),
  };
  const found = options.workers.map((workers) => ({ workers, ...simulateWorkers({ ...model, workers }) }));
  if (options.json) writeJson(context, { model, simulated: found });
  else {
    const words = `Simulated, not measured; docs/replicas.md has the model. ${runs} runs; a worker that dies loses ${
      checkpointTime === null ? "its run as far as it was" : "what it did since its last checkpoint"
    }.`;
    tellTable(workerHead, found.map(workerRow), words, context);
  }
  return exitCodes.ok;
}

const workerHead = ["workers", "until all have ended, h", "of what they could do, %", "work lost, h", "deaths"];

function workerRow({ workers, makespan, efficiency, lost, deaths }: SimulatedWorkers & { readonly workers: number }) {
  const hours = (seconds: number): string => short(seconds / 3600);
  return [String(workers), hours(makespan), inPercent(efficiency, 1), hours(lost), String(deaths)];
}
