import { availableParallelism } from "node:os";
import { basename, extname, join } from "node:path";
import { hasDiverged, printable } from "entropy-sgd-training";
import { launchHere, launchProcess } from "../experiments/launchers.ts";
import { isInterrupted, otherRuns, type RunLauncher, type RunOutcome, runAll } from "../experiments/runAll.ts";
import { type ConfiguredRun, planSweep, type SweepPlan } from "../experiments/sweep/planSweep.ts";
import { readSweep, type Sweep } from "../experiments/sweep/readSweep.ts";
import { sweepResult } from "../experiments/sweep/sweepResult.ts";
import { makeFolder } from "../io/files.ts";
import { resultRows, sentencesOf, valueColumns } from "../pages/sweepWords.ts";
import { sweepJson, writeSweep } from "../pages/writeSweep.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { loadData } from "../runner/loadData.ts";
import { withLock } from "../runs/lease.ts";
import type { Lock } from "../runs/lock.ts";
import { fixed, withPercentSign } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, exitCodes, lockHooks, trainingOptions, writeJson } from "./context.ts";
import { count } from "./options.ts";

/** Options of `entropy-sgd sweep`. */
export interface SweepCommand {
  readonly out?: string;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** `entropy-sgd sweep`. */
export const definition: CommandDefinition = {
  examples: ["examples/sweeps/learning-rates.yaml --dry-run", "examples/sweeps/learning-rates.yaml --parallel 2"],
  declare: (command, context, done) =>
    json(command)
      .description("Train the configurations that a file names, several at a time; the same command goes on.")
      .argument("<file>", "YAML or JSON, as in examples/sweeps")
      .option("--out <folder>", "where runs and report go; default: runs/sweep-NAME of the file")
      .option("--parallel <n>", "runs at a time; default: cores divided by the threads of a run", count)
      .option("--dry-run", "print the configurations and the number of gradients, train nothing")
      .action(async (file: string, options: SweepCommand) => done(await sweepCommand(file, options, context))),
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
  const sweep = readSweep(file);
  const plan = planSweep(sweep, loadData);
  const out = options.out ?? join("runs", `sweep-${basename(file, extname(file))}`);
  if (options.dryRun) return tellPlan(file, out, plan, options.json ?? false, context);
  makeFolder(out);
  return withLock(out, lockHooks(context), (lock) =>
    trainSweep(file, out, sweep, plan, options, lock, context, launcher),
  );
}

async function trainSweep(
  file: string,
  out: string,
  sweep: Sweep,
  plan: SweepPlan,
  options: SweepCommand,
  lock: Lock,
  context: CommandContext,
  launcher: RunLauncher | undefined,
): Promise<number> {
  const { stderr, signal } = context;
  const usual = Math.max(1, Math.floor(availableParallelism() / sweep.file.threads));
  const parallel = Math.min(options.parallel ?? usual, plan.runs.length);
  stderr.write(`${planWords(plan)}, ${parallel} at a time, in ${printable(out)}\n`);
  const others = otherRuns(out, plan.runs).length;
  if (others > 0) stderr.write(`Left alone, as the file does not name them: ${others} other runs\n`);
  const outcomes = await runAll(plan.runs, {
    ...{ out, parallel, signal, checksum: plan.data.checksum ?? null, requireHeld: lock.requireHeld },
    launch: launcher ?? usualLauncher(parallel, plan, context),
    onBegin: (run, at) => stderr.write(`${numbered(plan, run, at)} begins: ${run.configuration.label}\n`),
    onEnd: (run, at, outcome) => stderr.write(`${numbered(plan, run, at)}: ${printable(outcomeWords(outcome))}\n`),
  });
  const interrupted = outcomes.some(isInterrupted);
  const result = sweepResult(plan, outcomes);
  const output = { file, out, plan, result, interrupted };
  lock.requireHeld();
  const page = writeSweep(output);
  if (options.json) writeJson(context, sweepJson(output));
  else if (page !== null) {
    const { head, rows } = resultRows(result);
    context.stdout.write(
      `${textTable(head, rows, widthOf(context.stdout))}\n${sentencesOf(result).join("\n")}\nThe page is ${page}\n`,
    );
  }
  if (result.failed.length > 0) stderr.write(`${result.failed.length} of ${plan.runs.length} runs failed\n`);
  if (interrupted) stderr.write("interrupted: what is done is kept, and the same command goes on\n");
  // That some configurations diverge is a result.
  return exitCodeOfRuns(
    outcomes,
    result.configurations.every(({ status }) => status === "diverged"),
    signal,
  );
}

/** In this process if there is one run at a time, else in one of its own. */
function usualLauncher(parallel: number, { data }: SweepPlan, context: CommandContext): RunLauncher {
  if (parallel > 1) return launchProcess({ requests: context.checkpointRequests });
  const { onEvent: _, ...options } = trainingOptions(context);
  return launchHere({ ...options, data });
}

function tellPlan(file: string, out: string, plan: SweepPlan, json: boolean, context: CommandContext): number {
  const { configurations, runs } = plan;
  const gradients = runs.reduce((sum, { configuration }) => sum + configuration.gradients, 0);
  if (json) {
    const own = configurations.map(({ label, parameters, gradients: each, runs: named }) => ({
      ...{ label, parameters, gradients: each, runs: named.map(({ name }) => name) },
    }));
    writeJson(context, { file, out, configurations: own, gradients });
    return exitCodes.ok;
  }
  const { head, cellsOf } = valueColumns(configurations);
  const rows = configurations.map((own) => [...cellsOf(own), String(own.gradients), own.runs[0]!.name]);
  const table = textTable([...head, "gradients of a run", "first run"], rows, widthOf(context.stdout));
  context.stdout.write(`${table}\n${planWords(plan)}, ${gradients} gradients in total\n`);
  return exitCodes.ok;
}

function planWords({ configurations, runs, numRepeated }: SweepPlan): string {
  const numSeeds = configurations[0]!.runs.length;
  const repeated = numRepeated === 0 ? "" : ` (${numRepeated} more would repeat one of them)`;
  return `${counted(configurations.length, "configuration")}${repeated} with ${counted(numSeeds, "seed")}: ${counted(runs.length, "run")}`;
}

function numbered({ runs }: SweepPlan, { name }: ConfiguredRun, at: number): string {
  return `[${at + 1}/${runs.length}] ${name}`;
}

function outcomeWords(outcome: RunOutcome): string {
  if (outcome.kind === "interrupted") return "interrupted";
  if (outcome.kind === "failed") return `failed: ${outcome.message}`;
  const { validationError, testError, seconds, reason, gradientEvaluations } = outcome.result;
  const place = reason === "non-finite" ? ` at gradient ${gradientEvaluations}` : "";
  const errors =
    (validationError === null ? "" : `validation error ${withPercentSign(validationError)}, `) +
    `test error ${withPercentSign(testError)}`;
  const words = hasDiverged(outcome.result) ? `diverged${place}` : errors;
  return `${words} (${outcome.before ? "ended before" : `${fixed(seconds, seconds < 10 ? 1 : 0)} s`})`;
}
