import { hasDiverged } from "entropy-sgd-training";
import { z } from "zod";
import { type ComparisonRequest, planComparison } from "../experiments/compare/planComparison.ts";
import { checkedPlan } from "../experiments/experiment.ts";
import { experimentResult } from "../experiments/experimentResult.ts";
import { resultsOf } from "../experiments/runAll.ts";
import { makeFolder, makeNextFolder, requireEmptyFolder } from "../io/files.ts";
import { resultTable } from "../pages/resultTable.ts";
import { widthOf } from "../report/textTable.ts";
import { summarise, summaryJson } from "../runs/summarise.ts";
import { counted } from "../statistics/words.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, lockHooks, writeJson } from "./context.ts";
import { type Distribution, distributed, distributionOf } from "./distribution.ts";
import { beginExperiment, budgetsOf, type Experiment, reportOfRuns } from "./experiment.ts";
import { count, names } from "./options.ts";
import { runOptions } from "./settingOptions.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd compare`. */
export interface CompareCommand extends ComparisonRequest, Distribution {
  /** runs/NAME-N when absent, where NAME is `folderName`, "compare" by default. */
  readonly out?: string;
  readonly folderName?: string;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly maxMinutes?: number;
}

/** `entropy-sgd compare`. */
export const definition: CommandDefinition = {
  examples: [
    "--network lenet --optimizers entropy-sgd,sgd,adam --budget 4 --out runs/three",
    "--network small-mnistfc --optimizers sgd,sam --seeds 5 --budget 2 --set sgd.learningRate=0.1",
  ],
  declare: (command, context, done) =>
    distributed(timeLimited(runOptions(command, ["optimizer", "seed"])))
      .description("Train several optimizers on the same budget, data order, initial weights and dropout.")
      .requiredOption("--optimizers <names>", "names between commas", names)
      .option("--seeds <k>", "seeds 1 … k", count, 3)
      .option("--parallel <n>", "runs at a time, each in a process of its own; default: 1", count)
      .action(async (options: CompareCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => compareCommand(options, limited))),
      ),
};

/** Trains every optimizer with seeds 1 … k on the same budget, data order, initial weights and dropout. Gives the exit code. */
export async function compareCommand(options: CompareCommand, context: CommandContext): Promise<number> {
  const [where, request] = distributionOf(options);
  const unchecked = planComparison(request);
  if (options.out !== undefined) requireEmptyFolder(options.out);
  const plan = await checkedPlan(unchecked, lockHooks(context));
  const out = options.out ?? makeNextFolder("runs", options.folderName ?? "compare");
  makeFolder(out);
  // The runs' settings have the device.
  const { device: _, ...others } = request;
  return beginExperiment(comparison, plan, { ...others, ...where, out }, context);
}

/** Runs in OUT/OPTIMIZER-SEED; a report of all in OUT. */
export const comparison: Experiment<null> = {
  kind: "compare",
  noun: "comparison",
  details: z.null(),
  isNew: true,
  usualParallel: () => 1,
  opening(plan) {
    const { runs } = plan;
    const budgets = budgetsOf(plan);
    const each = budgets.length === 1 ? `, each of ${budgets[0]}` : "";
    return `${counted(runs.length, "run")} with dropout ${runs[0]!.settings.dropout}${each}`;
  },
  async finish(done, context) {
    const { plan, outcomes, json } = done;
    const results = resultsOf(outcomes);
    const { failed } = experimentResult(plan.runs, outcomes);
    const report = await reportOfRuns(done);
    if (json) {
      const optimizers = Object.entries(summarise(results)).map(([name, summary]) => [name, summaryJson(summary)]);
      writeJson(context, { runs: results, optimizers: Object.fromEntries(optimizers), failed });
    } else if (report !== null)
      context.stdout.write(`\n${resultTable(results, widthOf(context.stdout))}\n\nThe report is ${report}\n`);
    return exitCodeOfRuns(outcomes, results.some(hasDiverged), context.signal);
  },
};
