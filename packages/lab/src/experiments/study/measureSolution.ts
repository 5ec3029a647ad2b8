/** Everything that the study measures of one trained run. */
import { loadRun } from "../../measure/loadRun.ts";
import { lossLandscape } from "../../measure/lossLandscape.ts";
import { type FlatnessMeasure, type FlatnessOptions, measureFlatness } from "../../measure/measureFlatness.ts";
import { type LocalEntropyPoint, measureLocalEntropy } from "../../measure/measureLocalEntropy.ts";
import { measureRobustness, type RobustnessPoint } from "../../measure/measureRobustness.ts";
import { perturbationLabel } from "../../measure/perturbations.ts";
import { recalibratedScores } from "../../measure/recalibratedScores.ts";
import type { StudyMeasures } from "./studyMeasures.ts";

/** Images per block of the robustness measures. */
const blockSize = 500;

/** A point of robustness as studies keep it: their runs are of classification. */
export interface StudyRobustness extends Omit<RobustnessPoint, "blocks" | "metric"> {
  readonly error: RobustnessPoint["metric"];
}

/** A solution's numbers; estimates of one seed are compared over runs of several. */
export interface SolutionMeasures {
  readonly flatness: readonly Omit<FlatnessMeasure, "draws">[];
  readonly robustness: readonly StudyRobustness[];
}

/** The amounts of the measures of flatness. */
export function flatnessAmounts({
  radii,
  draws,
  steps,
  probes,
}: StudyMeasures): Pick<FlatnessOptions, "radii" | "numDraws" | "numSteps" | "numProbes" | "numDensityProbes"> {
  return { radii, numDraws: draws, numSteps: steps, numProbes: probes, numDensityProbes: 2 };
}

/** Options of a measurement. */
export interface MeasureHooks {
  readonly signal?: AbortSignal;
  readonly threads?: number | undefined;
  /** A folder that holds the run's data in another place. */
  readonly dataFolder?: string | undefined;
  readonly onStep?: (what: string) => void;
}

/** Flatness on training examples, robustness on test images. The seed of all draws is the run's. */
export async function measureSolution(
  path: string,
  measures: StudyMeasures,
  { signal, threads, dataFolder, onStep }: MeasureHooks,
): Promise<SolutionMeasures> {
  const { spec, task, data, params, record } = await loadRun(path, { dataFolder, signal });
  const { seed } = record.settings;
  const common = { task, threads, signal, calibration: data.train };
  const upTo = (wanted: number): number => Math.min(wanted, data.train.numExamples);
  const curvature = lossLandscape(spec, data.train, { ...common, numExamples: upTo(measures.curvatureExamples) });
  const loss = lossLandscape(spec, data.train, { ...common, numExamples: upTo(measures.examples) });
  const scores = recalibratedScores(spec, data.train, { ...common, numExamples: upTo(measures.examples) });
  const flatness = await measureFlatness({ curvature, loss, scores }, params, {
    inverseTemperature: data.train.numExamples,
    ...flatnessAmounts(measures),
    seed,
    onMeasure: ({ title }) => onStep?.(title),
  });
  await curvature.close();
  await loss.close();
  await scores.close();
  const test = recalibratedScores(spec, data.test, {
    ...common,
    numExamples: Math.min(measures.testExamples, data.test.numExamples),
    batchSize: Math.min(blockSize, Math.floor(Math.min(measures.testExamples, data.test.numExamples) / 2)),
  });
  const robustness = await measureRobustness(test, params, {
    ...{ seed, inputShape: spec.inputShape },
    onPoint: (point) => onStep?.(perturbationLabel(point)),
  });
  await test.close();
  return {
    flatness: flatness.map(({ draws: _, ...measure }) => measure),
    robustness: robustness.map(({ perturbation, size, metric, loss: own }) => ({
      perturbation,
      size,
      error: metric,
      loss: own,
    })),
  };
}

/** Local entropy by coupling integration at β = N, the costly part. */
export async function measureCoupling(
  path: string,
  { couplingExamples, radii, samples, steps }: StudyMeasures,
  { signal, threads, dataFolder, onStep }: MeasureHooks,
): Promise<readonly LocalEntropyPoint[]> {
  const { spec, task, data, params, record } = await loadRun(path, { dataFolder, signal });
  const numExamples = Math.min(couplingExamples, data.train.numExamples);
  const landscape = lossLandscape(spec, data.train, { task, numExamples, threads, signal });
  const { points } = await measureLocalEntropy(landscape, params, {
    inverseTemperature: data.train.numExamples,
    radii,
    estimators: ["coupling"],
    numDraws: 2,
    numSteps: steps,
    numProbes: 2,
    numSamples: samples,
    seed: record.settings.seed,
    onPoint: ({ radius }) => onStep?.(`coupling integration, σ = ${radius}`),
  });
  await landscape.close();
  return points;
}
