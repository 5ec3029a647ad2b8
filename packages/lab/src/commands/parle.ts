import { join } from "node:path";
import { hasDiverged } from "entropy-sgd-training";
import { z } from "zod";
import { checkedPlan } from "../experiments/experiment.ts";
import { launchReplicas } from "../experiments/parle/launchReplicas.ts";
import { type ParleRequest, planParle } from "../experiments/parle/planParle.ts";
import { resultsOf } from "../experiments/runAll.ts";
import { makeFolder, makeNextFolder, requireEmptyFolder } from "../io/files.ts";
import { resultTable } from "../pages/resultTable.ts";
import { widthOf } from "../report/textTable.ts";
import { numParamsOf } from "../runner/resolveRun.ts";
import { grouped } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, lockHooks, writeJson } from "./context.ts";
import { beginExperiment, budgetsOf, type Experiment } from "./experiment.ts";
import { count } from "./options.ts";
import { runOptions } from "./settingOptions.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd parle`. */
export interface ParleCommand extends ParleRequest {
  /** runs/parle-N when absent. */
  readonly out?: string;
  readonly json?: boolean;
  readonly maxMinutes?: number;
}

/** `entropy-sgd parle`. */
export const definition: CommandDefinition = {
  examples: ["--network lenet --replicas 3 --budget 10 --threads 1 --out runs/parle"],
  declare: (command, context, done) =>
    timeLimited(runOptions(command, ["optimizer", "tensorboard"], { place: "runs/parle-N" }))
      .description(
        "Train replicas of Entropy-SGD side by side that are pulled to the mean of their averages (Parle), each in a thread.",
      )
      .option("--replicas <n>", "replicas; --budget is that of each", count, 3)
      .action(async (options: ParleCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => parleCommand(options, limited))),
      ),
};

/** Trains the replicas. Gives the exit code. */
export async function parleCommand(options: ParleCommand, context: CommandContext): Promise<number> {
  const { out: given, json = false, maxMinutes: _, ...request } = options;
  const unchecked = planParle(request);
  if (given !== undefined) requireEmptyFolder(given);
  const plan = await checkedPlan(unchecked, lockHooks(context));
  const out = given ?? makeNextFolder("runs", "parle");
  makeFolder(out);
  return beginExperiment(replicas, plan, { out, json }, context);
}

/** A run for each replica in OUT/replica-N; a report of all in OUT. */
export const replicas: Experiment<null> = {
  kind: "parle",
  noun: "group of replicas",
  details: z.null(),
  isNew: true,
  isBrief: true,
  usualParallel: ({ runs }) => runs.length,
  launcher: ({ parts }, { checkpointRequests: requests, dataFolder, threads, device }) =>
    launchReplicas({ place: { dataFolder, threads, device }, requests, numParams: numParamsOf(parts) }),
  opening(plan) {
    const { runs } = plan;
    const total = runs.reduce((sum, run) => sum + run.plan.totalGradients, 0);
    return `${counted(runs.length, "replica")}, each of ${budgetsOf(plan).join(" or ")}; ${grouped(total)} gradients in all`;
  },
  async finish({ plan: { runs }, outcomes, out, json }, context) {
    const results = resultsOf(outcomes);
    const begun = runs.filter((_, at) => ["ended", "interrupted"].includes(outcomes[at]?.kind ?? ""));
    const { writeReport } = await import("../pages/writeReport.ts");
    const folders = begun.map(({ name }) => join(out, name));
    const report = results.length === 0 ? null : writeReport(out, folders);
    if (json) writeJson(context, { replicas: results });
    else if (report !== null) {
      const words = "Of replica 1, at the mean of the points of the replicas: it is that of all while all are at work.";
      const table = resultTable(results.slice(0, 1), widthOf(context.stdout));
      context.stdout.write(`\n${table}\n\n${words}\nThe report is ${report}\n`);
    }
    return exitCodeOfRuns(outcomes, results.some(hasDiverged), context.signal);
  },
};
