import { availableParallelism } from "node:os";
import { basename, extname, join } from "node:path";
import { printable, requireThreads } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { byCondition } from "../experiments/experiment.ts";
import { isInterrupted, type RunLauncher } from "../experiments/runAll.ts";
import {
  type Configuration,
  loadSweepParts,
  planSweep,
  type SweepDetails,
  type SweepPlan,
  sweepDetails,
} from "../experiments/sweep/planSweep.ts";
import { readSweep, type Sweep } from "../experiments/sweep/readSweep.ts";
import { sweepResult } from "../experiments/sweep/sweepResult.ts";
import { makeFolder } from "../io/files.ts";
import { resultRows, sentencesOf, valueColumns } from "../pages/sweepWords.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { usedDevice } from "../runner/usedDevice.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, exitCodes, lockHooks, writeJson } from "./context.ts";
import { type Distribution, distributed, distributionOf } from "./distribution.ts";
import { beginExperiment, type Experiment } from "./experiment.ts";
import { count } from "./options.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd sweep`. */
export interface SweepCommand extends Distribution {
  readonly out?: string;
  readonly threads?: number;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly maxMinutes?: number;
  readonly dryRun?: boolean;
}

/** `entropy-sgd sweep`. */
export const definition: CommandDefinition = {
  examples: [
    "examples/sweeps/learning-rates.yaml --dry-run",
    "examples/sweeps/learning-rates.yaml --parallel 2",
    "examples/sweeps/learning-rates.yaml --nats nats://host:4222",
    "examples/sweeps/learning-rates.yaml --shard 1/3 --out runs/part-1",
  ],
  declare: (command, context, done) =>
    distributed(timeLimited(json(command)))
      .description("Train the configurations that a file names, several at a time; the same command goes on.")
      .argument("<file>", "YAML or JSON, as in examples/sweeps")
      .option("--out <folder>", "where runs and report go; default: runs/sweep-NAME of the file")
      .option("--threads <n>", "threads of one operation; default: as the file says, or 1", count)
      .option("--parallel <n>", "runs at a time; default: cores divided by the threads of a run", count)
      .option("--dry-run", "print the configurations and the number of gradients, train nothing")
      .action(async (file: string, options: SweepCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => sweepCommand(file, options, limited))),
      ),
};

/**
 * Trains every configuration of a sweep's file with every seed; one report. Runs that have ended are kept, so that an
 * interrupted or extended sweep goes on. Gives the exit code.
 *
 * @param launcher - how a run is trained; by default in this process if there is one at a time, else in one of its own
 */
export async function sweepCommand(
  file: string,
  options: SweepCommand,
  context: CommandContext,
  launcher?: RunLauncher,
): Promise<number> {
  const [where, own] = distributionOf(options);
  const { threads } = options;
  if (threads !== undefined) requireThreads(threads, nodePlatform);
  const read = withThreads(readSweep(file), threads);
  const plan = planSweep(read, await loadSweepParts(read, lockHooks(context)));
  const out = options.out ?? join("runs", `sweep-${basename(file, extname(file))}`);
  if (options.dryRun) return tellPlan(out, plan, options.json ?? false, context);
  await usedDevice(plan.runs[0]!.settings.device);
  makeFolder(out);
  return beginExperiment(sweep, plan, { ...own, ...where, out, launcher }, context);
}

/** Runs in OUT/OPTIMIZER-HASH-SEED, numbers and report in OUT. That some configurations diverge is a result. */
export const sweep: Experiment<SweepDetails> = {
  kind: "sweep",
  noun: "sweep",
  details: sweepDetails,
  isNew: false,
  isBrief: true,
  usualParallel: ({ runs }) => Math.max(1, Math.floor(availableParallelism() / (runs[0]!.settings.threads ?? 1))),
  opening(plan, { parallel, out, queue }) {
    const how = queue === undefined ? `${parallel} at a time` : `trained by the workers of the queue ${queue.queue}`;
    return `${planWords(plan)}, ${how}, in ${printable(out)}`;
  },
  async finish({ plan, outcomes, out, json: isJson }, context) {
    const result = sweepResult(plan, outcomes);
    const output = { out, plan, result, interrupted: outcomes.some(isInterrupted) };
    const { sweepJson, writeSweep } = await import("../pages/writeSweep.ts");
    const page = writeSweep(output);
    if (isJson) writeJson(context, sweepJson(output));
    else if (page !== null) {
      const { head, rows } = resultRows(result);
      context.stdout.write(
        `${textTable(head, rows, widthOf(context.stdout))}\n${sentencesOf(result).join("\n")}\nThe page is ${page}\n`,
      );
    }
    const isInVain = result.configurations.every(({ status }) => status === "diverged");
    return exitCodeOfRuns(outcomes, isInVain, context.signal);
  },
};

/** With other threads than those of the file. */
function withThreads(sweep: Sweep, threads: number | undefined): Sweep {
  return threads === undefined ? sweep : { ...sweep, file: { ...sweep.file, threads } };
}

function tellPlan(out: string, { runs, details }: SweepPlan, json: boolean, context: CommandContext): number {
  const { file, configurations } = details;
  const named = byCondition(runs);
  const namesOf = ({ label }: Configuration): string[] => named.get(label)!.map(({ name }) => name);
  const gradients = configurations.reduce((sum, own) => sum + own.gradients * namesOf(own).length, 0);
  if (json) {
    const own = configurations.map((configuration) => {
      const { label, parameters, gradients: each } = configuration;
      return { label, parameters, gradients: each, runs: namesOf(configuration) };
    });
    writeJson(context, { file, out, configurations: own, gradients });
    return exitCodes.ok;
  }
  const { head, cellsOf } = valueColumns(configurations);
  const rows = configurations.map((own) => [...cellsOf(own), String(own.gradients), namesOf(own)[0]!]);
  const table = textTable([...head, "gradients of a run", "first run"], rows, widthOf(context.stdout));
  context.stdout.write(`${table}\n${planWords({ runs, details })}, ${gradients} gradients in total\n`);
  return exitCodes.ok;
}

function planWords({ runs, details: { configurations, numRepeated } }: Pick<SweepPlan, "runs" | "details">): string {
  const numSeeds = runs.length / configurations.length;
  const repeated = numRepeated === 0 ? "" : ` (${numRepeated} more would repeat one of them)`;
  return `${counted(configurations.length, "configuration")}${repeated} with ${counted(numSeeds, "seed")}: ${counted(runs.length, "run")}`;
}
