import { join } from "node:path";
import { Argument } from "commander";
import { type DataSet, hasDiverged, InputError, planOf, type RunResult, wasInterrupted } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { assembleStudy, type MeasuredRun } from "../experiments/study/assemble.ts";
import { conditions, type StudyRun, studyRuns } from "../experiments/study/conditions.ts";
import { kept, keptBefore } from "../experiments/study/keptMeasurement.ts";
import { flatnessAmounts, measureCoupling, measureSolution } from "../experiments/study/measureSolution.ts";
import { defaultMeasures, type StudyMeasures } from "../experiments/study/studyMeasures.ts";
import { makeFolder } from "../io/files.ts";
import { hasBatchNorm } from "../measure/lossLandscape.ts";
import { flatnessCost } from "../measure/measureFlatness.ts";
import { numRobustnessPoints } from "../measure/measureRobustness.ts";
import { studyFigures } from "../pages/studyFigures.ts";
import { failedRuns, hypothesisSentences, studyPage } from "../pages/studyPage.ts";
import { loadData, networkOf } from "../runner/loadData.ts";
import { continueTraining } from "../runner/resumeTraining.ts";
import { withLock } from "../runs/lease.ts";
import type { Lock } from "../runs/lock.ts";
import { sourceOf } from "../settings/recipes.ts";
import { dataHelp, type Settings } from "../settings/settings.ts";
import { type CommandDefinition, placed } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, interruptionCode, lockHooks, trainingOptions } from "./context.ts";
import { type Findings, writeFindings } from "./findings.ts";
import { collect, count, integerFrom, names, positive, positiveList, whole } from "./options.ts";
import { progressListener } from "./progress.ts";
import { solutionMeter } from "./solutionMeter.ts";

/** Options of `entropy-sgd study wide-valleys`. */
export interface StudyCommand extends StudyMeasures {
  readonly network: string;
  readonly seeds: number;
  readonly budget: number;
  /** Seeds, from the first on, whose local entropy is integrated. */
  readonly couplingSeeds: number;
  /** Conditions whose local entropy is integrated; all when absent. */
  readonly couplingConditions?: readonly string[];
  readonly set: readonly string[];
  readonly data?: string;
  readonly threads?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `entropy-sgd study`. */
export const definition: CommandDefinition = {
  examples: ["wide-valleys --network small-lenet --seeds 5 --budget 20"],
  declare: (command, context, done) =>
    placed(command, "runs/study-NETWORK, where the same command goes on")
      .description("Train and measure Entropy-SGD, its baseline and controls; judge the paper's claim.")
      .addArgument(new Argument("<name>", "which study").choices(["wide-valleys"]))
      .requiredOption("--network <name>", networkNames.join(", "))
      .requiredOption("--budget <epochs>", "effective epochs, inner steps counted", positive)
      .option("--seeds <k>", "seeds 1 … k, at least 2", integerFrom(2), 5)
      .option("--coupling-seeds <k>", "seeds whose local entropy is integrated: costly", whole, 2)
      .option("--coupling-conditions <names>", "conditions whose local entropy is integrated; default: all", names)
      .option("--radii <list>", "σ per weight of local entropy", positiveList, [...defaultMeasures.radii])
      .option("--examples <n>", "training examples of flatness", count, defaultMeasures.examples)
      .option("--curvature-examples <n>", "of eigenvalues and traces", count, defaultMeasures.curvatureExamples)
      .option("--coupling-examples <n>", "of the coupling integration", count, defaultMeasures.couplingExamples)
      .option("--test-examples <n>", "test images of robustness", integerFrom(4), defaultMeasures.testExamples)
      .option("--draws <n>", "draws of weight noise", integerFrom(2), defaultMeasures.draws)
      .option("--steps <m>", "Lanczos steps", integerFrom(3), defaultMeasures.steps)
      .option("--probes <k>", "probes of traces", integerFrom(2), defaultMeasures.probes)
      .option(
        "--samples <n>",
        "moves kept per rung and ladder of the coupling",
        integerFrom(8),
        defaultMeasures.samples,
      )
      .option("--set <name=value>", "an option of every run; may be repeated", collect, [])
      .option("--data <folder>", dataHelp)
      .option("--threads <n>", "threads of one operation; default: the cores", count)
      .action(async (_: string, options: StudyCommand) => done(await studyCommand(options, context))),
};

/**
 * Trains every condition with every seed, measures the solutions, judges the hypotheses; one report.
 *
 * Runs are in out/CONDITION-SEED with their measures beside them: what is there already is not done again, so that an
 * interrupted study goes on. Gives the exit code.
 */
export async function studyCommand(options: StudyCommand, context: CommandContext): Promise<number> {
  const { network, seeds, budget, data, threads, set } = options;
  integratedConditions(options);
  const runs = studyRuns({ network, seeds, budget, data, threads, set });
  const out = options.out ?? join("runs", `study-${network}`);
  const loaded = loadData(runs[0]!.settings);
  makeFolder(out);
  return withLock(out, lockHooks(context), (lock) => trainAndMeasure(out, runs, loaded, lock, options, context));
}

async function trainAndMeasure(
  out: string,
  runs: readonly StudyRun[],
  loaded: DataSet,
  lock: Lock,
  options: StudyCommand,
  context: CommandContext,
): Promise<number> {
  const { network, seeds, budget, couplingSeeds, data, threads } = options;
  const integrated = integratedConditions(options);
  const measures: StudyMeasures = measuresOf(options);
  // Measures of an earlier version, which held the statistics of batch norm where they were, are not taken for these.
  const asked = hasBatchNorm(networkOf(network)) ? { ...measures, batchNorm: "recalibrated" } : measures;
  const pathOf = ({ condition, seed }: StudyRun): string => join(out, `${condition.name}-${seed}`);
  const left = runs.filter((run) => keptBefore(pathOf(run), "measures.json", asked) === null);
  if (left.length > 0) {
    const cost = costInWords(runs[0]!.settings, loaded.train.numExamples, measures);
    context.stderr.write(`study: ${left.length} of ${runs.length} runs are left, ${cost}\n`);
  }
  const { signal } = context;
  const trained: { run: StudyRun; path: string; result: RunResult }[] = [];
  const onEvent = progressListener(context.stderr, {
    numRuns: runs.length,
    numDone: () => trained.length,
    isPlanTold: true,
  });
  for (const run of runs) {
    const path = pathOf(run);
    lock.requireHeld();
    const result = await continueTraining(path, run.settings, { ...trainingOptions(context), onEvent, data: loaded });
    if (result.interrupted) return interrupted(context);
    if (hasDiverged(result)) {
      context.stderr.write(`${path}: diverged; a study compares runs that end\n`);
      return exitCodes.divergence;
    }
    trained.push({ run, path, result });
  }
  const measured: MeasuredRun[] = [];
  const meter = solutionMeter(context, trained.length);
  for (const { run, path, result } of trained) {
    const { condition, seed } = run;
    const solution = `${condition.name}, seed ${seed}`;
    const hooks = { signal, threads, onStep: (what: string) => meter.onStep(solution, what) };
    const ended = await wasInterrupted(async () => {
      const own = await kept(path, "measures.json", asked, () => measureSolution(path, measures, hooks));
      const integrates = seed <= couplingSeeds && integrated.includes(condition.name);
      const coupling = integrates
        ? await kept(path, "coupling.json", asked, () => measureCoupling(path, measures, hooks))
        : null;
      measured.push({ condition: condition.name, seed, result, measures: own, coupling });
    });
    if (ended) return interrupted(context);
    meter.onMeasured(solution);
  }
  const findings = (): Findings => {
    lock.requireHeld();
    const study = assembleStudy(measured, data === undefined ? null : data);
    const figures = studyFigures(study);
    const { radii, ...amounts } = measures;
    const coupled = { couplingSeeds, couplingConditions: integrated.join(", ") };
    const settings = { network, seeds, budget, ...coupled, radii: radii.join(", "), ...amounts };
    const { hypotheses, pairs } = study;
    return {
      name: "study",
      figures,
      page: studyPage(study, figures, settings, (optimizer) => sourceOf(network, optimizer, "tuned")),
      json: { settings, hypotheses, pairs, runs: measured },
      lines: [...hypothesisSentences(hypotheses), failedRuns(study)].filter((line) => line !== ""),
    };
  };
  return writeFindings(out, findings(), { json: options.json }, context);
}

/** @throws InputError for a name that is no condition */
function integratedConditions({ couplingConditions }: StudyCommand): readonly string[] {
  const known = conditions.map(({ name }) => name);
  const unknown = couplingConditions?.find((name) => !known.includes(name));
  if (unknown === undefined) return couplingConditions ?? known;
  throw new InputError(`--coupling-conditions: ${JSON.stringify(unknown)} is none of ${known.join(", ")}`);
}

function interrupted(context: CommandContext): number {
  context.stderr.write("\ninterrupted: what is done is kept, and the same command goes on\n");
  return interruptionCode(context.signal);
}

function measuresOf(options: StudyCommand): StudyMeasures {
  const { curvatureExamples, examples, couplingExamples, testExamples, radii, draws, steps, probes, samples } = options;
  return { curvatureExamples, examples, couplingExamples, testExamples, radii, draws, steps, probes, samples };
}

/** The cost of a run, and of measuring its solution. */
function costInWords(settings: Settings, numExamples: number, measures: StudyMeasures): string {
  const { batchSize, innerSteps, budget, seed } = settings;
  const amounts = { ...flatnessAmounts(measures), inverseTemperature: numExamples, seed };
  const { numGradients, numLosses, numScores, numProducts } = flatnessCost(amounts);
  return (
    `of ${planOf(numExamples, batchSize, innerSteps, budget).totalGradients} gradients each; of each solution about ` +
    `${numProducts} Hessian-vector products, ${numGradients} gradients, ${numLosses + numScores} losses and ` +
    `${numRobustnessPoints} passes over the test images`
  );
}
