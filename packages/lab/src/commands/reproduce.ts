import { existsSync } from "node:fs";
import { join } from "node:path";
import { Argument } from "commander";
import { hasDiverged } from "entropy-sgd-training";
import { checkedPlan, type PlannedRun } from "../experiments/experiment.ts";
import {
  planReproduction,
  type ReproductionDetails,
  reproductionDetails,
} from "../experiments/reproduce/planReproduction.ts";
import { type ReproducedRun, reproducedRun } from "../experiments/reproduce/reproducedRun.ts";
import { type ReproductionName, reproductionNames, reproductionOf } from "../experiments/reproduce/reproductions.ts";
import { isInterrupted, resultsOf } from "../experiments/runAll.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { widthOf } from "../report/textTable.ts";
import { eventsName } from "../runs/eventFile.ts";
import { readRun } from "../runs/readRun.ts";
import { plain } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, placed } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns } from "./context.ts";
import { beginExperiment, budgetsOf, type Experiment, type ExperimentDone } from "./experiment.ts";
import { writeFindings } from "./findings.ts";
import { count, share } from "./options.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd reproduce`. */
export interface ReproduceCommand {
  readonly seeds: number;
  readonly scale: number;
  readonly out?: string;
  readonly data?: string;
  readonly threads?: number;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly maxMinutes?: number;
}

/** `entropy-sgd reproduce`. */
export const definition: CommandDefinition = {
  examples: ["lenet --seeds 2 --parallel 2 --threads 1", "mnistfc --scale 0.1"],
  declare: (command, context, done) =>
    timeLimited(placed(command, "runs/reproduce-NAME, where the same command goes on"))
      .description("Train an experiment of the paper as it was published; print paper, ours and the difference.")
      .addArgument(new Argument("<name>", "which experiment").choices(reproductionNames))
      .option("--seeds <k>", "seeds 1 … k of each method", count, 3)
      .option("--scale <share>", "share of the published budgets; schedules are shortened in proportion", share, 1)
      .option("--data <folder>", "a folder that holds the experiment's data in another place")
      .option("--threads <n>", "threads of one operation; default: the cores", count)
      .option("--parallel <n>", "runs at a time, each in a process of its own; default: 1", count)
      .action(async (name: ReproductionName, options: ReproduceCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => reproduceCommand(name, options, limited))),
      ),
};

/** Trains an experiment of the paper and puts it beside the published figures. What is there already is not done again. Gives the exit code. */
export async function reproduceCommand(
  name: ReproductionName,
  { seeds, scale, threads, data: dataFolder, ...options }: ReproduceCommand,
  context: CommandContext,
): Promise<number> {
  const plan = await checkedPlan(planReproduction({ name, scale, seeds, threads }), { dataFolder });
  const out = options.out ?? join("runs", `reproduce-${name}`);
  makeFolder(out);
  return beginExperiment(reproduction, plan, { ...options, out, dataFolder }, context);
}

/** Runs in OUT/OPTIMIZER-SEED, each as JSON beside its folder as it ends; reproduction.html and reproduction.json in OUT. */
export const reproduction: Experiment<ReproductionDetails> = {
  kind: "reproduce",
  noun: "reproduction",
  details: reproductionDetails,
  isNew: false,
  isBrief: true,
  usualParallel: () => 1,
  opening(plan) {
    const { name, scale } = plan.details;
    const shortened = scale === 1 ? "" : ` at scale ${plain(scale)}: schedules are shortened in proportion`;
    return `reproduce ${name}${shortened}: ${counted(plan.runs.length, "run")} of ${budgetsOf(plan).join(" or ")}`;
  },
  ended(run, out, requireHeld) {
    writeWhole(join(out, `${run.name}.json`), `${JSON.stringify(runIn(out, run))}\n`, requireHeld);
  },
  async finish(done, context) {
    const { plan, outcomes, out, json } = done;
    const code = exitCodeOfRuns(outcomes, resultsOf(outcomes).some(hasDiverged), context.signal);
    const runs = begunRuns(done);
    const interrupted = outcomes.some(isInterrupted);
    if (runs.every(({ evaluations }) => evaluations.length === 0)) {
      if (interrupted) await writeFindings(out, null, {}, context);
      return code;
    }
    const { reproductionFindings } = await import("../pages/reproductionFindings.ts");
    const seeds = plan.runs.length / reproductionOf(plan.details.name).methods.length;
    const findings = reproductionFindings({ ...plan.details, seeds, runs }, widthOf(context.stdout));
    await writeFindings(out, { name: "reproduction", ...findings }, { json, interrupted }, context);
    return code;
  },
};

/** The runs that have begun, in the order of the plan. */
function begunRuns({ plan, outcomes, out }: ExperimentDone<ReproductionDetails>): ReproducedRun[] {
  const begun = plan.runs.filter(
    ({ name }, at) => outcomes[at]?.kind !== "failed" && existsSync(join(out, name, eventsName)),
  );
  return begun.map((run) => runIn(out, run));
}

function runIn(out: string, { name, condition }: PlannedRun): ReproducedRun {
  return reproducedRun(readRun(join(out, name)), condition);
}
