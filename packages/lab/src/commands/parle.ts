import { join } from "node:path";
import { hasDiverged, InputError } from "entropy-sgd-training";
import { z } from "zod";
import { checkedPlan } from "../experiments/experiment.ts";
import { launchHere } from "../experiments/launchers.ts";
import { type ParleDetails, type ParleRequest, planParle } from "../experiments/parle/planParle.ts";
import { resultsOf } from "../experiments/runAll.ts";
import { makeFolder, makeNextFolder, requireEmptyFolder } from "../io/files.ts";
import { resultTable } from "../pages/resultTable.ts";
import { widthOf } from "../report/textTable.ts";
import { numParamsOf } from "../runner/resolveRun.ts";
import { earlierResult } from "../runner/resumeTraining.ts";
import { grouped } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { commandLine } from "./commandLine.ts";
import { type CommandContext, exitCodeOfRuns, lockHooks, writeJson } from "./context.ts";
import { nameOnServer } from "./distribution.ts";
import { beginExperiment, budgetsOf, type Experiment, type ExperimentDone, reportOfRuns } from "./experiment.ts";
import { oneReplica } from "./oneReplica.ts";
import { count } from "./options.ts";
import { runOptions } from "./settingOptions.ts";
import { writeLine } from "./terminal/writeLine.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd parle`. */
export interface ParleCommand extends ParleRequest {
  /** runs/parle-N when absent. */
  readonly out?: string;
  readonly json?: boolean;
  readonly maxMinutes?: number;
  /** The server where replicas on several machines meet; without it all are in this process. */
  readonly nats?: string;
  /** Name of the run there. */
  readonly run?: string;
}

/** `entropy-sgd parle`. */
export const definition: CommandDefinition = {
  examples: [
    "--network lenet --replicas 3 --budget 10 --threads 1 --out runs/parle",
    "--network lenet --replicas 3 --budget 10 --nats nats://host:4222 --run first",
  ],
  declare: (command, context, done) =>
    timeLimited(
      runOptions(command, ["optimizer", "tensorboard"], { place: "runs/parle-N, with --run the run's name for N" }),
    )
      .description(
        "Train replicas of Entropy-SGD side by side that are pulled to the mean of their averages (Parle), each in a thread.",
      )
      .option("--replicas <n>", "replicas; --budget is that of each", count, 3)
      .option(
        "--nats <address>",
        "train one of the replicas here, another by the same command on each machine; they meet on this NATS server",
      )
      .option("--run <name>", "name of the run there, the same on each machine", nameOnServer)
      .action(async (options: ParleCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => parleCommand(options, limited))),
      ),
};

/** Trains the replicas. Gives the exit code. */
export async function parleCommand(options: ParleCommand, context: CommandContext): Promise<number> {
  const { out: given, json = false, maxMinutes: _, nats, run, ...request } = options;
  if ((nats === undefined) !== (run === undefined))
    throw nats === undefined
      ? new InputError({ name: "--nats", rule: "is required with --run: the server where the replicas meet" })
      : new InputError({ name: "--run", rule: "is required with --nats: a name, the same on each machine" });
  const unchecked = planParle(request, run === undefined ? null : { run, args: context.args });
  if (nats !== undefined && run !== undefined) {
    const { out = join("runs", `parle-${run}`) } = options;
    return oneReplica({ ...replicas, isNew: false }, unchecked, { nats, run, out, json }, context);
  }
  if (given !== undefined) requireEmptyFolder(given);
  const plan = await checkedPlan(unchecked, lockHooks(context));
  const out = given ?? makeNextFolder("runs", "parle");
  makeFolder(out);
  return beginExperiment(replicas, plan, { out, json }, context);
}

/** A run for each replica in OUT/replica-N; a report of all in OUT. */
export const replicas: Experiment<ParleDetails> = {
  kind: "parle",
  noun: "group of replicas",
  details: z.strictObject({ run: z.string(), args: z.array(z.string()).optional() }).nullable(),
  isNew: true,
  trainsTogether: true,
  isBrief: true,
  usualParallel: ({ runs }) => runs.length,
  label: (run, { details }) => (details === null ? null : `${run.name} of ${run.settings.options.replicas}`),
  requireHere({ runs, details }, out) {
    if (details === null || runs.every(({ name }) => earlierResult(join(out, name)) !== null)) return;
    const { run, args } = details;
    const here = args === undefined ? "" : `, here: ${commandLine(args)}`;
    const rule = `is of the run ${run}, which several machines train; on each the command that began it goes on${here}`;
    throw new InputError({ path: out, rule });
  },
  async launcher({ parts, details, runs }, { out, hooks, checkpointRequests: requests, dataFolder, threads, device }) {
    // Those that have ended, whose results are given again.
    if (details !== null) return launchHere({ parts });
    const { launchReplicas } = await import("../experiments/parle/launchReplicas.ts");
    const { goBackToCommonStep } = await import("../experiments/parle/commonStep.ts");
    const paths = runs.map(({ name }) => join(out, name));
    await goBackToCommonStep(out, paths, hooks);
    const minutes = runs[0]!.settings.checkpointMinutes;
    return launchReplicas({ place: { dataFolder, threads, device }, requests, minutes, numParams: numParamsOf(parts) });
  },
  opening(plan) {
    const { runs, details } = plan;
    if (details !== null) {
      const { name, settings } = runs[0]!;
      const budget = budgetsOf(plan).join(" or ");
      return `${name} of ${settings.options.replicas} of the run ${details.run}, trained here: ${budget}`;
    }
    const total = runs.reduce((sum, run) => sum + run.plan.totalGradients, 0);
    return `${counted(runs.length, "replica")}, each of ${budgetsOf(plan).join(" or ")}; ${grouped(total)} gradients in all`;
  },
  async finish(done, context) {
    const { plan, outcomes, json } = done;
    const results = resultsOf(outcomes);
    for (const line of incompleteLines(done)) writeLine(context.stderr, line);
    const report = await reportOfRuns(done);
    if (json) writeJson(context, { replicas: results });
    else if (report !== null) {
      const { name } = plan.runs[outcomes.findIndex((outcome) => outcome !== null && resultsOf([outcome]).length > 0)]!;
      const which = results[0]!.interrupted ? `${name}, which was interrupted,` : `${name},`;
      const words = `Of ${which} at the mean of the points of the replicas: it is that of all while all are at work.`;
      const table = resultTable(results.slice(0, 1), widthOf(context.stdout));
      context.stdout.write(`\n${table}\n\n${words}\nThe report is ${report}\n`);
    }
    return exitCodeOfRuns(outcomes, results.some(hasDiverged), context.signal);
  },
};

/** Which replicas did not have all others in each of their means. */
function incompleteLines({ plan, outcomes }: Pick<ExperimentDone<unknown>, "plan" | "outcomes">): string[] {
  return plan.runs.flatMap(({ name, settings }, at) => {
    const means = resultsOf([outcomes[at] ?? null])[0]?.incompleteMeans ?? 0;
    const all = counted(Number(settings.options.replicas), "replica");
    return means === 0 ? [] : [`${name}: ${counted(means, "mean")} of fewer than ${all}`];
  });
}
