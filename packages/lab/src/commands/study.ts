import { join } from "node:path";
import { Argument } from "commander";
import { hasDiverged, InputError, wasInterrupted } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { type CheckedRun, checkedPlan } from "../experiments/experiment.ts";
import { isInterrupted, isLost, resultsOf } from "../experiments/runAll.ts";
import { assembleStudy, type MeasuredRun } from "../experiments/study/assemble.ts";
import { conditions, planStudy, type StudyRequest } from "../experiments/study/conditions.ts";
import { isMeasured, measureAll } from "../experiments/study/measureAll.ts";
import { flatnessAmounts } from "../experiments/study/measureSolution.ts";
import {
  defaultMeasures,
  type StudyDetails,
  type StudyMeasures,
  studyDetails,
} from "../experiments/study/studyMeasures.ts";
import { makeFolder } from "../io/files.ts";
import { flatnessCost } from "../measure/measureFlatness.ts";
import { numRobustnessPoints } from "../measure/measureRobustness.ts";
import { failedRuns, hypothesisSentences, studyPage } from "../pages/studyPage.ts";
import type { RunParts } from "../runner/loadParts.ts";
import { sourceOf } from "../settings/recipes.ts";
import { dataHelpOfNetwork } from "../settings/settings.ts";
import { type CommandDefinition, placed } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, interruptionCode, lockHooks } from "./context.ts";
import { beginExperiment, type Experiment, type ExperimentDone } from "./experiment.ts";
import { type Findings, writeFindings } from "./findings.ts";
import { collect, count, integerFrom, names, positive, positiveList, whole } from "./options.ts";
import { solutionMeter } from "./solutionMeter.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd study wide-valleys`. */
export interface StudyCommand extends Omit<StudyRequest, keyof StudyDetails>, StudyMeasures {
  /** Seeds, from the first on, whose local entropy is integrated. */
  readonly couplingSeeds: number;
  /** Conditions whose local entropy is integrated; all when absent. */
  readonly couplingConditions?: readonly string[];
  readonly parallel?: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly maxMinutes?: number;
}

/** `entropy-sgd study`. */
export const definition: CommandDefinition = {
  examples: ["wide-valleys --network small-lenet --seeds 5 --budget 20"],
  declare: (command, context, done) =>
    timeLimited(placed(command, "runs/study-NETWORK, where the same command goes on"))
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
      .option("--data <folder>", dataHelpOfNetwork)
      .option("--threads <n>", "threads of one operation; default: the cores", count)
      .option("--parallel <n>", "runs at a time, each in a process of its own; default: 1", count)
      .action(async (_: string, options: StudyCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => studyCommand(options, limited))),
      ),
};

/**
 * Trains every condition with every seed, measures the solutions, judges the hypotheses; one report.
 *
 * What is there already is not done again, so that an interrupted study goes on. Gives the exit code.
 */
export async function studyCommand(options: StudyCommand, context: CommandContext): Promise<number> {
  const { network, seeds, budget, data, threads, set, couplingSeeds } = options;
  const details = { measures: measuresOf(options), couplingSeeds, couplingConditions: integratedConditions(options) };
  const plan = await checkedPlan(
    planStudy({ network, seeds, budget, data, threads, set, ...details }),
    lockHooks(context),
  );
  const { primary } = plan.parts.task;
  if (primary !== "error") {
    throw new InputError({ path: "study", rule: "must be of a task that is judged by its error", value: primary });
  }
  const out = options.out ?? join("runs", `study-${network}`);
  makeFolder(out);
  return beginExperiment(study, plan, { ...options, out }, context);
}

/** Runs in OUT/CONDITION-SEED with their measures beside them, the report in OUT. */
export const study: Experiment<StudyDetails> = {
  kind: "study",
  noun: "study",
  details: studyDetails,
  isNew: false,
  needsAll: true,
  usualParallel: () => 1,
  opening({ runs, parts, details: { measures } }, { out }) {
    const left = runs.filter((run) => !isMeasured(out, run, measures));
    const cost = costInWords(runs[0]!, parts, measures);
    return left.length === 0 ? null : `study: ${left.length} of ${runs.length} runs are left, ${cost}`;
  },
  async finish(done, context) {
    const { plan, outcomes, out, lock, json } = done;
    const { stderr, signal } = context;
    const results = resultsOf(outcomes);
    for (const [at, { name }] of plan.runs.entries()) {
      const outcome = outcomes[at];
      if (outcome?.kind !== "ended" || !hasDiverged(outcome.result)) continue;
      stderr.write(`${join(out, name)}: diverged; a study compares runs that end\n`);
    }
    const isWhole = !outcomes.some((outcome) => isInterrupted(outcome) || isLost(outcome));
    if (!isWhole) return exitCodeOfRuns(outcomes, results.some(hasDiverged), signal);
    const measured: MeasuredRun[] = [];
    const meter = solutionMeter(context, plan.runs.length);
    const measuring = measureAll({ ...done, results }, signal, meter);
    const isStopped = await wasInterrupted(async () => {
      for await (const run of measuring) measured.push(run);
    });
    if (isStopped) {
      stderr.write("\n");
      return interruptionCode(signal);
    }
    lock.requireHeld();
    return writeFindings(out, await findingsOf(done, measured), { json }, context);
  },
};

async function findingsOf({ plan }: ExperimentDone<StudyDetails>, measured: readonly MeasuredRun[]): Promise<Findings> {
  const { studyFigures } = await import("../pages/studyFigures.ts");
  const { runs, details } = plan;
  const { network, budget, data } = runs[0]!.settings;
  const result = assembleStudy(measured, data);
  const figures = studyFigures(result);
  const { radii, ...amounts } = details.measures;
  const coupled = { couplingSeeds: details.couplingSeeds, couplingConditions: details.couplingConditions.join(", ") };
  const seeds = runs.length / conditions.length;
  const settings = { network, seeds, budget, ...coupled, radii: radii.join(", "), ...amounts };
  const { hypotheses, pairs } = result;
  return {
    name: "study",
    figures,
    page: studyPage(result, figures, settings, (optimizer) => sourceOf(network, optimizer, "tuned")),
    json: { settings, hypotheses, pairs, runs: measured },
    lines: [...hypothesisSentences(hypotheses), failedRuns(result)].filter((line) => line !== ""),
  };
}

/** @throws InputError for a name that is no condition */
function integratedConditions({ couplingConditions }: StudyCommand): readonly string[] {
  const known = conditions.map(({ name }) => name);
  const unknown = couplingConditions?.find((name) => !known.includes(name));
  if (unknown === undefined) return couplingConditions ?? known;
  throw new InputError({
    name: "--coupling-conditions",
    rule: `${JSON.stringify(unknown)} is none of ${known.join(", ")}`,
  });
}

function measuresOf(options: StudyCommand): StudyMeasures {
  const { curvatureExamples, examples, couplingExamples, testExamples, radii, draws, steps, probes, samples } = options;
  return { curvatureExamples, examples, couplingExamples, testExamples, radii, draws, steps, probes, samples };
}

/** The cost of a run, and of measuring its solution. */
function costInWords({ plan, settings }: CheckedRun, { data, spec }: RunParts, measures: StudyMeasures): string {
  const { numExamples } = data.train;
  const amounts = { ...flatnessAmounts(measures), inverseTemperature: numExamples, seed: settings.seed };
  const { numGradients, numLosses, numScores, numProducts } = flatnessCost(amounts);
  return (
    `of ${plan.totalGradients} gradients each; of each solution about ` +
    `${numProducts} Hessian-vector products, ${numGradients} gradients, ${numLosses + numScores} losses and ` +
    `${numRobustnessPoints(spec.inputShape)} passes over the test images`
  );
}
