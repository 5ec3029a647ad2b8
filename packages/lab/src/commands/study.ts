import { join, resolve } from "node:path";
import { Argument } from "commander";
import { hasDiverged, InputError, wasInterrupted } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { type CheckedRun, checkedPlan } from "../experiments/experiment.ts";
import { isInterrupted, isLost, resultsOf } from "../experiments/runAll.ts";
import { assembleStudy, type MeasuredRun } from "../experiments/study/assemble.ts";
import { chooseConditions, withOtherRates } from "../experiments/study/chooseConditions.ts";
import { readConditions, writeConditions } from "../experiments/study/conditionsFile.ts";
import { divergedBefore, measureAll, measuredBefore, measureRun } from "../experiments/study/measureAll.ts";
import { flatnessAmounts } from "../experiments/study/measureSolution.ts";
import { planStudy, type StudyRequest } from "../experiments/study/planStudy.ts";
import { screenedStudy } from "../experiments/study/screenedStudy.ts";
import { studyOf } from "../experiments/study/studies.ts";
import { type StudyCondition, type StudyName, studyNames } from "../experiments/study/studyDesign.ts";
import {
  defaultMeasures,
  type StudyDetails,
  type StudyMeasures,
  studyDetails,
} from "../experiments/study/studyMeasures.ts";
import { makeFolder } from "../io/files.ts";
import { flatnessCost } from "../measure/measureFlatness.ts";
import { numRobustnessPoints } from "../measure/measureRobustness.ts";
import { hypothesisSentences, runsThatErrOnMost, studyPage } from "../pages/studyPage.ts";
import type { RunParts } from "../runner/loadParts.ts";
import { sourceOf } from "../settings/recipes.ts";
import { dataHelpOfNetwork } from "../settings/settings.ts";
import { type CommandDefinition, placed } from "./commandDefinition.ts";
import { type CommandContext, exitCodeOfRuns, interruptionCode, lockHooks } from "./context.ts";
import { type Distribution, distributed, distributionOf } from "./distribution.ts";
import { beginExperiment, type Experiment, type ExperimentDone } from "./experiment.ts";
import { type Findings, writeFindings } from "./findings.ts";
import { collect, count, integerFrom, names, positive, positiveList, whole } from "./options.ts";
import { solutionMeter } from "./solutionMeter.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd study`. */
export interface StudyCommand extends Omit<StudyRequest, keyof StudyDetails | "seeds">, StudyMeasures, Distribution {
  readonly seeds?: number;
  /** A file with the conditions, of the studies that have none of their own. */
  readonly conditions?: string;
  /** The folder of a screening. */
  readonly screened?: string;
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
  examples: [
    "wide-valleys --network small-lenet --seeds 5 --budget 20",
    "scope-screening --network small-cifar --conditions examples/studies/scope.yaml --budget 24",
  ],
  declare: (command, context, done) =>
    distributed(timeLimited(placed(command, "runs/study-NETWORK, where the same command goes on")))
      .description("Train and measure Entropy-SGD, its baseline and controls; judge claims about them.")
      .addArgument(new Argument("<name>", "which study").choices(studyNames))
      .requiredOption("--network <name>", networkNames.join(", "))
      .requiredOption("--budget <epochs>", "effective epochs, inner steps counted", positive)
      .option("--seeds <k>", "seeds 1 … k, at least 2; default: 5, of a screening 1", count)
      .option("--conditions <file>", "YAML or JSON with the conditions of scope and scope-screening")
      .option("--screened <folder>", "of scope: the screening that chose the conditions, drawn beside them")
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
      .action(async (name: StudyName, options: StudyCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => studyCommand(name, options, limited))),
      ),
};

/**
 * Trains every condition with every seed, measures the solutions, judges the hypotheses; one report.
 *
 * What is there already is not done again, so that an interrupted study goes on. Gives the exit code.
 */
export async function studyCommand(study: StudyName, options: StudyCommand, context: CommandContext): Promise<number> {
  const [where, own] = distributionOf(options);
  const { network, budget, data, threads, set, couplingSeeds } = options;
  const { conditions, leastSeeds } = studyOf(study, conditionsOf(study, options));
  const { seeds = leastSeeds === 1 ? 1 : 5 } = options;
  if (seeds < leastSeeds)
    throw new InputError({ name: "--seeds", rule: `must be a whole number, at least ${leastSeeds}`, value: seeds });
  const couplingConditions = integratedConditions(options, conditions);
  const screened = options.screened === undefined ? null : resolve(options.screened);
  // Its mistakes show before the first run begins.
  if (screened !== null) screenedStudy(screened);
  const details = { study, conditions, screened, measures: measuresOf(options), couplingSeeds, couplingConditions };
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
  return beginExperiment(studyExperiment, plan, { ...own, ...where, out }, context);
}

/** Runs in OUT/CONDITION-SEED with their measures beside them, the report in OUT. */
export const studyExperiment: Experiment<StudyDetails> = {
  kind: "study",
  noun: "study",
  details: studyDetails,
  isNew: false,
  needsAll: ({ details }) => designOf(details).needsAll,
  whenTrained: async (run, { details }, place, signal) => void (await measureRun(run, details, place, signal)),
  usualParallel: () => 1,
  opening({ runs, parts, details: { measures } }, { out }) {
    const left = runs.filter((run) => measuredBefore(out, run, measures) === null && !divergedBefore(out, run));
    const cost = costInWords(runs[0]!, parts, measures);
    return left.length === 0 ? null : `study: ${left.length} of ${runs.length} runs are left, ${cost}`;
  },
  async finish(done, context) {
    const { plan, outcomes, out, lock, json } = done;
    const { stderr, signal } = context;
    const results = resultsOf(outcomes);
    const design = designOf(plan.details);
    for (const [at, { name }] of plan.runs.entries()) {
      const outcome = outcomes[at];
      if (outcome?.kind !== "ended" || !hasDiverged(outcome.result)) continue;
      stderr.write(`${join(out, name)}: diverged; a study compares runs that end\n`);
    }
    const isWhole = !outcomes.some((outcome) => isInterrupted(outcome) || (design.needsAll && isLost(outcome)));
    if (!isWhole) return exitCodeOfRuns(outcomes, results.some(hasDiverged), signal);
    const ended = endedRuns(done);
    const measured: MeasuredRun[] = [];
    const meter = solutionMeter(context, ended.plan.runs.length);
    const measuring = measureAll({ ...done, ...ended }, signal, meter);
    const isStopped = await wasInterrupted(async () => {
      for await (const run of measuring) measured.push(run);
    });
    if (isStopped) {
      stderr.write("\n");
      return interruptionCode(signal);
    }
    lock.requireHeld();
    const { name, conditions } = design;
    if (name === "scope-screening") {
      const chosen = chooseConditions(conditions, measured);
      writeConditions(join(out, "chosen.yaml"), chosen);
      // For a second screening, which chooses among rates.
      if (conditions.every(({ rateOf }) => rateOf === undefined))
        writeConditions(join(out, "rates.yaml"), withOtherRates(chosen));
    }
    return writeFindings(out, await findingsOf(done, measured), { json }, context);
  },
};

function designOf({ study, conditions }: StudyDetails) {
  return studyOf(study, conditions);
}

/** The runs that ended and did not diverge, with their results. */
function endedRuns({ plan, outcomes }: ExperimentDone<StudyDetails>) {
  const ended = plan.runs.flatMap((run, at) => {
    const outcome = outcomes[at];
    return outcome?.kind === "ended" && !isLost(outcome) ? [{ run, result: outcome.result }] : [];
  });
  return { plan: { ...plan, runs: ended.map(({ run }) => run) }, results: ended.map(({ result }) => result) };
}

async function findingsOf({ plan }: ExperimentDone<StudyDetails>, measured: readonly MeasuredRun[]): Promise<Findings> {
  const { studyFigures } = await import("../pages/studyFigures.ts");
  const { runs, details } = plan;
  const { network, budget, data } = runs[0]!.settings;
  const result = assembleStudy(measured, data, designOf(details));
  const figures = studyFigures(result, details.screened === null ? null : screenedStudy(details.screened));
  const { radii, ...amounts } = details.measures;
  const coupled = { couplingSeeds: details.couplingSeeds, couplingConditions: details.couplingConditions.join(", ") };
  const seeds = runs.length / details.conditions.length;
  const settings = { study: details.study, network, seeds, budget, ...coupled, radii: radii.join(", "), ...amounts };
  const { hypotheses, pairs } = result;
  return {
    name: "study",
    figures,
    page: studyPage(result, figures, settings, (optimizer) => sourceOf(network, optimizer, "tuned")),
    json: { settings, hypotheses, pairs, runs: measured },
    lines: [...hypothesisSentences(hypotheses), runsThatErrOnMost(result)].filter((line) => line !== ""),
  };
}

/** @throws InputError for a file where the study has conditions of its own, or none where it has not */
function conditionsOf(study: StudyName, { conditions }: StudyCommand): readonly StudyCondition[] {
  const hasOwn = study === "wide-valleys";
  if (hasOwn === (conditions === undefined)) return conditions === undefined ? [] : readConditions(conditions);
  const rule = hasOwn ? `is for other studies: ${study} has conditions of its own` : `must be given for ${study}`;
  throw new InputError({ name: "--conditions", rule });
}

/** @throws InputError for a name that is no condition */
function integratedConditions(
  { couplingConditions }: StudyCommand,
  conditions: readonly StudyCondition[],
): readonly string[] {
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
