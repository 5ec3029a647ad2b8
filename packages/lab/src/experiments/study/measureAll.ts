/** The measures of all runs of a study, kept in the folders of the runs. */
import { join } from "node:path";
import type { RunResult } from "entropy-sgd-training";
import { hasBatchNorm } from "../../measure/lossLandscape.ts";
import { networkOf } from "../../runner/loadParts.ts";
import type { ExperimentPlan, PlannedRun } from "../experiment.ts";
import type { MeasuredRun } from "./assemble.ts";
import { kept, keptBefore } from "./keptMeasurement.ts";
import { measureCoupling, measureSolution } from "./measureSolution.ts";
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
  { out, plan, results, threads, dataFolder }: TrainedStudy,
  signal: AbortSignal,
  { onStep, onMeasured }: SolutionListener,
): AsyncGenerator<MeasuredRun> {
  const { measures, couplingSeeds, couplingConditions } = plan.details;
  for (const [at, { name, condition, settings }] of plan.runs.entries()) {
    const path = join(out, name);
    const { seed } = settings;
    const solution = `${condition}, seed ${seed}`;
    const place = { threads: threads ?? settings.threads ?? undefined, dataFolder };
    const hooks = { ...place, signal, onStep: (what: string) => onStep(solution, what) };
    const asked = askedOf(settings.network, measures);
    const own = await kept(path, "measures.json", asked, () => measureSolution(path, measures, hooks));
    const integrates = seed <= couplingSeeds && couplingConditions.includes(condition);
    const coupling = integrates
      ? await kept(path, "coupling.json", asked, () => measureCoupling(path, measures, hooks))
      : null;
    onMeasured(solution);
    yield { condition, seed, result: results[at]!, measures: own, coupling };
  }
}

/** Whether the solution of a run was measured before, with these amounts. */
export function isMeasured(out: string, { name, settings }: PlannedRun, measures: StudyMeasures): boolean {
  return keptBefore(join(out, name), "measures.json", askedOf(settings.network, measures)) !== null;
}

/** Measures of an earlier version, which held the statistics of batch norm where they were, are not taken for these. */
function askedOf(network: string, measures: StudyMeasures): object {
  return hasBatchNorm(networkOf(network)) ? { ...measures, batchNorm: "recalibrated" } : measures;
}
