/** The study's result from the measures of its runs. */
import type { RunResult } from "entropy-sgd-training";
import type { LocalEntropyPoint } from "../../measure/measureLocalEntropy.ts";
import { perturbationLabel } from "../../measure/perturbations.ts";
import { testErrorOptions } from "../../statistics/margins.ts";
import { percentagePoints, type Unit } from "../../statistics/words.ts";
import { compareConditions, type StudyQuantity } from "./judge.ts";
import type { SolutionMeasures } from "./measureSolution.ts";
import type { Hypothesis, PairOfConditions, StudyDesign } from "./studyDesign.ts";
import { wideValleysStudy } from "./wideValleysStudy.ts";

/** One run with what was measured of it. */
export interface MeasuredRun {
  readonly condition: string;
  readonly seed: number;
  readonly result: RunResult;
  readonly measures: SolutionMeasures;
  /** null for the seeds that are not integrated. */
  readonly coupling: readonly LocalEntropyPoint[] | null;
}

/** Whether a run errs on most test images: its values stay in means and comparisons, figures would lose their scale by it. */
export function errsOnMost({ result }: MeasuredRun): boolean {
  return (result.testError ?? 1) > 0.5;
}

/** What the report shows. */
export interface StudyResult {
  readonly design: StudyDesign;
  readonly runs: readonly MeasuredRun[];
  readonly flatness: readonly StudyQuantity[];
  readonly robustness: readonly StudyQuantity[];
  readonly coupling: readonly StudyQuantity[];
  readonly testError: StudyQuantity;
  readonly pairs: readonly PairOfConditions[];
  readonly hypotheses: readonly Hypothesis[];
}

/** One value per seed in their order, by condition; NaN where a condition has no run of a seed, so that pairs stay pairs. */
export function byCondition(runs: readonly MeasuredRun[], read: (run: MeasuredRun) => number): Map<string, number[]> {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const values = new Map<string, number[]>();
  for (const run of runs) {
    const own = values.get(run.condition) ?? seeds.map(() => Number.NaN);
    own[seeds.indexOf(run.seed)] = read(run);
    values.set(run.condition, own);
  }
  return values;
}

/** Flatness measures and losses are printed as they are. */
const plain: Unit = { scale: 1, difference: "", digits: 4 };

/**
 * Quantities, comparisons and judgements from the runs.
 *
 * @param data - the data set of the runs as settings name it: null for MNIST, whose margin of equivalence is fixed
 * @param design - of which study the runs are
 */
export function assembleStudy(
  runs: readonly MeasuredRun[],
  data: string | null,
  design: StudyDesign = wideValleysStudy,
): StudyResult {
  const by = (read: (run: MeasuredRun) => number): Map<string, number[]> => byCondition(runs, read);
  const flatness = runs[0]!.measures.flatness.map(({ name, title }, k) => ({
    ...{ name, title, unit: plain },
    values: by(({ measures }) => (measures.flatness[k]!.valid ? measures.flatness[k]!.estimate : Number.NaN)),
    errors: by(({ measures }) => measures.flatness[k]!.standardError),
  }));
  const robustness = runs[0]!.measures.robustness.flatMap(({ perturbation, size }, k) =>
    (["error", "loss"] as const).map((of) => ({
      name: `${perturbation}-${size}-${of}`,
      title: `Test ${of}, ${perturbationLabel({ perturbation, size })}${of === "error" ? ", %" : ""}`,
      unit: of === "error" ? percentagePoints : plain,
      values: by(({ measures }) => measures.robustness[k]![of].estimate),
    })),
  );
  const points = runs.find(({ coupling }) => coupling !== null)?.coupling ?? [];
  const coupling = points.map(({ radius }, k) => ({
    name: `coupling-${radius}`,
    title: `−F̃ by coupling integration, σ = ${radius}`,
    unit: plain,
    values: by((run) => (run.coupling?.[k]?.valid ? -run.coupling[k].estimate : Number.NaN)),
  }));
  const testError = {
    name: "test-error",
    title: "Test error, %",
    unit: percentagePoints,
    values: by(({ result }) => result.testError ?? Number.NaN),
  };
  const errorOptions = design.testErrors ?? testErrorOptions(data);
  const compared = design.pairs.map(([first, second]) => ({
    ...{ first, second },
    flatness: compareConditions(flatness, first, second),
    // The first two are the unperturbed test error and loss: parity's question, not robustness.
    robustness: compareConditions(robustness, first, second).slice(2),
    coupling: compareConditions(coupling, first, second),
    testError: compareConditions([testError], first, second, errorOptions)[0]!,
  }));
  const hypotheses = design.hypothesesOf(compared);
  return { design, runs, flatness, robustness, coupling, testError, pairs: compared, hypotheses };
}
