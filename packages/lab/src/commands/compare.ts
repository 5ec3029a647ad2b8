import { join } from "node:path";
import { type DataSet, hasDiverged, InputError, planOf, printable } from "entropy-sgd-training";
import { launchHere } from "../experiments/launchers.ts";
import { resultsOf, runAll } from "../experiments/runAll.ts";
import { makeFolder, makeNextFolder, requireEmptyFolder, writeWhole } from "../io/files.ts";
import { resultTable } from "../pages/resultTable.ts";
import { writeReport } from "../pages/writeReport.ts";
import { widthOf } from "../report/textTable.ts";
import { loadData } from "../runner/loadData.ts";
import type { ResumeOptions } from "../runner/resumeTraining.ts";
import { requireTrainable } from "../runner/runTraining.ts";
import { withLock } from "../runs/lease.ts";
import type { Lock } from "../runs/lock.ts";
import { summarise } from "../runs/summarise.ts";
import { acceptedBySet } from "../settings/parseSet.ts";
import { sharedRecipe } from "../settings/recipes.ts";
import { askedOf, resolveSettings, type SettingsRequest } from "../settings/resolveSettings.ts";
import type { Settings } from "../settings/settings.ts";
import { counted } from "../statistics/words.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { type ComparedRun, planFile, planText, readPlan } from "./comparisonPlan.ts";
import { type CommandContext, exitCodeOfRuns, lockHooks, trainingOptions, writeJson } from "./context.ts";
import { budgetOf } from "./eventLines.ts";
import { count, names } from "./options.ts";
import { progressListener } from "./progress.ts";
import { runOptions } from "./settingOptions.ts";

/** Options of `entropy-sgd compare`. */
export interface CompareCommand extends Omit<SettingsRequest, "optimizer" | "seed" | "innerSteps" | "set"> {
  readonly optimizers: readonly string[];
  readonly seeds: number;
  /** `name=value` for every optimizer that has the option, or `optimizer.name=value` for one. */
  readonly set: readonly string[];
  /** runs/NAME-N when absent, where NAME is `folderName`, "compare" by default. */
  readonly out?: string;
  readonly folderName?: string;
  readonly json?: boolean;
}

/** `entropy-sgd compare`. */
export const definition: CommandDefinition = {
  examples: [
    "--network lenet --optimizers entropy-sgd,sgd,adam --budget 4 --out runs/three",
    "--network small-mnistfc --optimizers sgd,sam --seeds 5 --budget 2 --set sgd.learningRate=0.1",
  ],
  declare: (command, context, done) =>
    runOptions(command, ["optimizer", "seed"])
      .description("Train several optimizers on the same budget, data order, initial weights and dropout.")
      .requiredOption("--optimizers <names>", "names between commas", names)
      .option("--seeds <k>", "seeds 1 … k", count, 3)
      .action(async (options: CompareCommand) => done(await compareCommand(options, context))),
};

/**
 * Trains every optimizer with seeds 1 … k on the same budget, data order, initial weights and dropout.
 *
 * Runs go to `out`/OPTIMIZER-SEED, the report to `out`. Gives the exit code.
 */
export async function compareCommand(options: CompareCommand, context: CommandContext): Promise<number> {
  const settings = settingsOf(options);
  if (options.out !== undefined) requireEmptyFolder(options.out);
  const data = loadData(settings[0]!);
  for (const run of settings) requireTrainable(run, data);
  const out = options.out ?? makeNextFolder("runs", options.folderName ?? "compare");
  makeFolder(out);
  const plan = settings.map((run) => ({ name: `${run.optimizer}-${run.seed}`, settings: run }));
  return withLock(out, lockHooks(context), (lock) => {
    // Another process may have begun, and ended, since the first look.
    requireEmptyFolder(out);
    writeWhole(join(out, planFile), planText(plan), lock.requireHeld);
    return trainAll(out, plan, { ...trainingOptions(context), data }, lock, options.json ?? false, context);
  });
}

/** What may be other than when a comparison began, and how it is told. */
export interface ContinueComparison {
  readonly data?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Lets an interrupted comparison go on: ended runs stay, the others resume or begin. Gives the exit code. */
export async function continueComparison(
  out: string,
  { data: dataFolder, threads, json = false }: ContinueComparison,
  context: CommandContext,
): Promise<number> {
  const plan = readPlan(out);
  const place = dataFolder === undefined ? {} : { data: dataFolder };
  const data = loadData({ ...plan[0]!.settings, ...place });
  const options = { ...trainingOptions(context), data, dataFolder, threads };
  return withLock(out, lockHooks(context), (lock) => trainAll(out, plan, options, lock, json, context));
}

async function trainAll(
  out: string,
  plan: readonly ComparedRun[],
  options: ResumeOptions & { readonly data: DataSet },
  lock: Lock,
  json: boolean,
  context: CommandContext,
): Promise<number> {
  const { signal, stderr } = context;
  let numDone = 0;
  const budgets = new Set(plan.map(({ settings }) => budgetIn(settings, options)));
  const isPlanTold = budgets.size === 1;
  stderr.write(
    `${counted(plan.length, "run")} with dropout ${plan[0]!.settings.dropout}${isPlanTold ? `, each of ${[...budgets][0]}` : ""}\n`,
  );
  const onEvent = progressListener(stderr, { numRuns: plan.length, numDone: () => numDone, isPlanTold });
  const outcomes = await runAll(plan, {
    ...{ out, parallel: 1, signal, checksum: options.data.checksum ?? null, requireHeld: lock.requireHeld },
    launch: launchHere({ ...options, onEvent }),
    onEnd: ({ name }, _, outcome) => {
      numDone += 1;
      if (outcome.kind === "failed") stderr.write(`${name}: ${printable(`failed: ${outcome.message}`)}\n`);
    },
  });
  lock.requireHeld();
  const begun = plan.filter((_, at) => outcomes[at] !== null && outcomes[at]!.kind !== "failed");
  const results = resultsOf(outcomes);
  // After a signal before the first run there is nothing to report.
  const report =
    begun.length === 0
      ? null
      : writeReport(
          out,
          begun.map(({ name }) => join(out, name)),
        );
  if (json) writeJson(context, { runs: results, optimizers: summarise(results) });
  else if (report !== null)
    context.stdout.write(`\n${resultTable(results, widthOf(context.stdout))}\n\nThe report is ${report}\n`);
  if (signal.aborted) stderr.write(`What is done is kept: npx entropy-sgd resume ${out} goes on\n`);
  return exitCodeOfRuns(outcomes, results.some(hasDiverged), signal);
}

/** The gradients of a run in words. */
function budgetIn({ batchSize, innerSteps, budget }: Settings, { data }: { readonly data: DataSet }): string {
  return budgetOf({ ...planOf(data.train.numExamples, batchSize, innerSteps, budget), innerSteps, budget });
}

/** The settings of every run, all checked before the first begins: seeds outermost, so that an interruption is fair. */
function settingsOf(options: CompareCommand): Settings[] {
  const { network, optimizers, seeds, budget } = options;
  const asked = askedOf(options);
  const assigned = optimizers.map((optimizer) => assignmentsFor(optimizer, optimizers, options.set));
  const request = (at: number, seed: number) => {
    const optimizer = optimizers[at]!;
    const preset = optimizer.startsWith("entropy-") ? options.preset : undefined;
    // The paper's recipe is for the optimizers that have it; the others are tuned.
    const recipe = sharedRecipe(network, optimizer, optimizers, options.recipe);
    return { ...asked, optimizer, preset, recipe, seed, set: assigned[at]! };
  };
  const first = optimizers.map((_, at) => resolveSettings(request(at, 1)));
  // One dropout rate and one set of boundaries for all: those of the Entropy-SGD recipe.
  const entropy = first.find(({ optimizer }) => optimizer.startsWith("entropy-"));
  const innerSteps = entropy?.innerSteps ?? first[0]!.innerSteps;
  const dropout = options.dropout ?? resolveSettings({ network, optimizer: "entropy-sgd", budget, seed: 1 }).dropout;
  const different = first.find((run) => run.optimizer.startsWith("entropy-") && run.innerSteps !== innerSteps);
  if (different !== undefined) {
    const found = `${entropy?.optimizer} has ${innerSteps}, ${different.optimizer} ${different.innerSteps}`;
    throw new InputError(`innerSteps: must be equal for all optimizers of a comparison, ${found}`);
  }
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    optimizers.map((_, at) => resolveSettings({ ...request(at, seed), dropout, innerSteps })),
  );
}

/** The `--set` values for one optimizer: its own ones, and those without an optimizer's name. */
function assignmentsFor(optimizer: string, optimizers: readonly string[], set: readonly string[]): string[] {
  return set.flatMap((assignment) => {
    const dot = assignment.slice(0, Math.max(0, assignment.indexOf("="))).indexOf(".");
    if (dot < 0) {
      const name = assignment.slice(0, Math.max(0, assignment.indexOf("=")));
      // What no optimizer knows goes to all, so that the message of the first says so.
      const known = optimizers.filter((candidate) => acceptedBySet(candidate).includes(name));
      return known.length === 0 || known.includes(optimizer) ? [assignment] : [];
    }
    const [name, rest] = [assignment.slice(0, dot), assignment.slice(dot + 1)];
    if (!optimizers.includes(name)) {
      throw new InputError(`--set ${assignment}: ${JSON.stringify(name)} is none of ${optimizers.join(", ")}`);
    }
    return name === optimizer ? [rest] : [];
  });
}
