/** The measures of all runs of a study, kept in the folders of the runs. */
import { join } from "node:path";
import { hasDiverged, type RunResult } from "entropy-sgd-training";
import { hasBatchNorm } from "../../measure/lossLandscape.ts";
import { networkOf } from "../../runner/loadParts.ts";
import { earlierResult } from "../../runner/resumeTraining.ts";
import type { ExperimentPlan, PlannedRun } from "../experiment.ts";
import type { MeasuredRun } from "./assemble.ts";
import { kept, keptBefore } from "./keptMeasurement.ts";
import { measureCoupling, measureSolution, type SolutionMeasures } from "./measureSolution.ts";
import type { StudyDetails, StudyMeasures } from "./studyMeasures.ts";

/** A study whose runs have ended. */
export interface TrainedStudy {
  readonly out: string;
  readonly plan: ExperimentPlan<StudyDetails>;
  /** In the order of the plan's runs. */
  readonly results: readonly RunResult[];
  readonly threads?: number | undefined;
  /** A folder that holds the runs' data in another place. */
  readonly dataFolder?: string | undefined;
}

/** Told of steps and of solutions that are measured. */
export interface SolutionListener {
  onStep(solution: string, step: string): void;
  onMeasured(solution: string): void;
}

/** Measures each run that was not measured before. @throws Interruption after a signal */
export async function* measureAll(
  { plan, results, ...place }: TrainedStudy,
  signal: AbortSignal,
  { onStep, onMeasured }: SolutionListener,
): AsyncGenerator<MeasuredRun> {
  for (const [at, run] of plan.runs.entries()) {
    const { condition } = run;
    const { seed } = run.settings;
    const solution = `${condition}, seed ${seed}`;
    const found = await measureRun(run, plan.details, place, signal, (what) => onStep(solution, what));
    onMeasured(solution);
    yield { condition, seed, result: results[at]!, ...found };
  }
}

/** Measures one run that has ended, unless it was measured before. @throws Interruption after a signal */
export async function measureRun(
  { name, condition, settings }: PlannedRun,
  { measures, couplingSeeds, couplingConditions }: StudyDetails,
  { out, threads, dataFolder }: Omit<TrainedStudy, "plan" | "results">,
  signal: AbortSignal,
  onStep: (what: string) => void = () => {},
): Promise<Pick<MeasuredRun, "measures" | "coupling">> {
  const path = join(out, name);
  const hooks = { threads: threads ?? settings.threads ?? undefined, dataFolder, signal, onStep };
  const asked = askedOf(settings.network, measures);
  const own = await kept(path, "measures.json", asked, () => measureSolution(path, measures, hooks));
  const integrates = settings.seed <= couplingSeeds && couplingConditions.includes(condition);
  const coupling = integrates
    ? await kept(path, "coupling.json", asked, () => measureCoupling(path, measures, hooks))
    : null;
  return { measures: own, coupling };
}

/** The measures of a run that was measured before with these amounts; null otherwise. */
export function measuredBefore(
  out: string,
  { name, settings }: PlannedRun,
  measures: StudyMeasures,
): SolutionMeasures | null {
  const asked = askedOf(settings.network, measures);
  return keptBefore<SolutionMeasures>(join(out, name), "measures.json", asked)?.found ?? null;
}

/** Whether a run has ended by diverging, so that there is nothing to measure. */
export function divergedBefore(out: string, { name }: PlannedRun): boolean {
  const result = earlierResult(join(out, name));
  return result !== null && hasDiverged(result);
}

/** Measures of an earlier version, which held the statistics of batch norm where they were, are not taken for these. */
function askedOf(network: string, measures: StudyMeasures): object {
  return hasBatchNorm(networkOf(network)) ? { ...measures, batchNorm: "recalibrated" } : measures;
}
