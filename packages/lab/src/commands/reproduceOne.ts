/** One experiment of the paper: its runs by the machine of experiments, or the report of those that are there. */
import { join } from "node:path";
import { hasDiverged, InputError } from "entropy-sgd-training";
import { requireDataOf } from "entropy-sgd-training/node";
import { checkedPlan } from "../experiments/experiment.ts";
import {
  planReproduction,
  type ReproductionDetails,
  reproductionDetails,
} from "../experiments/reproduce/planReproduction.ts";
import { reproducedRun } from "../experiments/reproduce/reproducedRun.ts";
import { runsThere } from "../experiments/reproduce/reproductionFile.ts";
import type { ReproductionRuns } from "../experiments/reproduce/reproductionResult.ts";
import { type ReproductionName, reproductionOf } from "../experiments/reproduce/reproductions.ts";
import { isInterrupted, resultsOf } from "../experiments/runAll.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { widthOf } from "../report/textTable.ts";
import { readRun } from "../runs/readRun.ts";
import { plain } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { type CommandContext, exitCodeOfRuns, lockHooks } from "./context.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import { beginExperiment, budgetsOf, type Experiment } from "./experiment.ts";
import { type WritingOptions, writeFindings } from "./findings.ts";

/** Options of `entropy-sgd reproduce`. */
export interface ReproduceCommand extends Distribution {
  readonly seeds: number;
  readonly scale: number;
  readonly out?: string;
  readonly data?: string;
  readonly threads?: number;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly maxMinutes?: number;
  /** Whether nothing is trained: the report of the runs that are there. */
  readonly reportOnly?: boolean;
}

/** Trains an experiment of the paper and puts it beside the published figures. What is there already is not done again. Gives the exit code. */
export async function reproduceOne(
  name: ReproductionName,
  command: ReproduceCommand,
  context: CommandContext,
): Promise<number> {
  const [where, { seeds, scale, threads, data: dataFolder, reportOnly = false, ...options }] = distributionOf(command);
  const out = options.out ?? join("runs", `reproduce-${name}`);
  const planned = planReproduction({ name, scale, seeds, threads });
  if (reportOnly) {
    const runs = { name, scale, seeds, runs: runsThere(out, planned.runs) };
    if (hasEvaluations(runs)) return tellReproduction(out, runs, { json: options.json }, context);
    throw new InputError({ path: out, rule: `has no run of reproduce ${name} with an evaluation` });
  }
  const plan = await checkedPlan(planned, { ...lockHooks(context), dataFolder });
  const { data } = reproductionOf(name);
  if (dataFolder !== undefined && data !== undefined) requireDataOf(data, dataFolder, plan.parts.data);
  makeFolder(out);
  return beginExperiment(reproduction, plan, { ...options, ...where, out, dataFolder }, context);
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
    const { name, condition } = run;
    const kept = reproducedRun(readRun(join(out, name)), condition);
    writeWhole(join(out, `${name}.json`), `${JSON.stringify(kept)}\n`, requireHeld);
  },
  async finish({ plan, outcomes, out, json }, context) {
    const { name, scale } = plan.details;
    const seeds = plan.runs.length / reproductionOf(name).methods.length;
    const readable = plan.runs.filter((_, at) => outcomes[at]?.kind !== "failed");
    const runs = { name, scale, seeds, runs: runsThere(out, readable) };
    const interrupted = context.signal.aborted && outcomes.some(isInterrupted);
    if (hasEvaluations(runs) || interrupted) await tellReproduction(out, runs, { json, interrupted }, context);
    return exitCodeOfRuns(outcomes, resultsOf(outcomes).some(hasDiverged), context.signal);
  },
};

const hasEvaluations = ({ runs }: ReproductionRuns): boolean => runs.some(({ evaluations }) => evaluations.length > 0);

/** Writes and prints the report of some runs; of those without an evaluation there is nothing. Gives the exit code. */
async function tellReproduction(
  out: string,
  runs: ReproductionRuns,
  options: WritingOptions,
  context: CommandContext,
): Promise<number> {
  if (!hasEvaluations(runs)) return writeFindings(out, null, options, context);
  const { reproductionFindings } = await import("../pages/reproductionFindings.ts");
  const findings = reproductionFindings(runs, widthOf(context.stdout));
  return writeFindings(out, { name: "reproduction", ...findings }, options, context);
}
