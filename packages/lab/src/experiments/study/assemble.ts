/** The study's result from the measures of its runs. */
import type { RunResult } from "entropy-sgd-training";
import type { LocalEntropyPoint } from "../../measure/measureLocalEntropy.ts";
import { perturbationLabel } from "../../measure/perturbations.ts";
import { testErrorOptions } from "../../statistics/margins.ts";
import { judgedInWords, percentagePoints, type Unit } from "../../statistics/words.ts";
import {
  compareConditions,
  type Judgement,
  judge,
  judgeEquivalence,
  type QuantityComparison,
  type StudyQuantity,
} from "./judge.ts";
import type { SolutionMeasures } from "./measureSolution.ts";

/** One run with what was measured of it. */
export interface MeasuredRun {
  readonly condition: string;
  readonly seed: number;
  readonly result: RunResult;
  readonly measures: SolutionMeasures;
  /** null for the seeds that are not integrated. */
  readonly coupling: readonly LocalEntropyPoint[] | null;
}

/** A pair of conditions with its comparisons. */
export interface PairOfConditions {
  readonly first: string;
  readonly second: string;
  readonly flatness: readonly QuantityComparison[];
  readonly robustness: readonly QuantityComparison[];
  readonly coupling: readonly QuantityComparison[];
  readonly testError: QuantityComparison;
}

/** A hypothesis of docs/decisions/study-wide-valleys.md with what the measures say. */
export interface Hypothesis extends Judgement {
  readonly name: string;
  readonly claim: string;
  /** What the measures say, with their numbers. */
  readonly found: string;
}

/** What the report shows. */
export interface StudyResult {
  readonly runs: readonly MeasuredRun[];
  readonly flatness: readonly StudyQuantity[];
  readonly robustness: readonly StudyQuantity[];
  readonly coupling: readonly StudyQuantity[];
  readonly testError: StudyQuantity;
  readonly pairs: readonly PairOfConditions[];
  readonly hypotheses: readonly Hypothesis[];
}

/** The comparisons reported: the claim, its mechanism, and the comparators against the same baseline. */
const pairs = [
  ["entropy-sgd", "sgd"],
  ["entropy-sgd", "control"],
  ["sam", "sgd"],
  ["control", "sgd"],
  ["swa", "sgd"],
] as const;

/** One value per run, by condition and in order of seeds. */
export function byCondition(runs: readonly MeasuredRun[], read: (run: MeasuredRun) => number): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const run of runs) values.set(run.condition, [...(values.get(run.condition) ?? []), read(run)]);
  return values;
}

/** Flatness measures and losses are printed as they are. */
const plain: Unit = { scale: 1, difference: "", digits: 4 };

/**
 * Quantities, comparisons and judgements from the runs.
 *
 * @param data - the data set of the runs as settings name it: null for MNIST, whose margin of equivalence is fixed
 */
export function assembleStudy(runs: readonly MeasuredRun[], data: string | null): StudyResult {
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
  const compared = pairs.map(([first, second]) => ({
    ...{ first, second },
    flatness: compareConditions(flatness, first, second),
    // The first two are the unperturbed test error and loss: parity's question, not robustness.
    robustness: compareConditions(robustness, first, second).slice(2),
    coupling: compareConditions(coupling, first, second),
    testError: compareConditions([testError], first, second, testErrorOptions(data))[0]!,
  }));
  return { runs, flatness, robustness, coupling, testError, pairs: compared, hypotheses: hypothesesOf(compared) };
}

function hypothesesOf([claim, mechanism]: readonly PairOfConditions[]): Hypothesis[] {
  const errors = claim!.robustness.filter(({ quantity }) => quantity.name.endsWith("error"));
  const byMajority = (name: string, text: string, comparisons: readonly QuantityComparison[]): Hypothesis => {
    const judgement = judge(comparisons);
    const { numBetter, numWorse, numQuantities } = judgement;
    const found = `better by ${numBetter} of ${numQuantities} measures, worse by ${numWorse}`;
    return { name, claim: text, ...judgement, found };
  };
  return [
    byMajority("H1", "Entropy-SGD ends in flatter places than SGD", claim!.flatness),
    byMajority(
      "H2",
      "Entropy-SGD ends in flatter places than its control without force and noise",
      mechanism!.flatness,
    ),
    byMajority("H3", "Entropy-SGD's solutions err less under perturbation than SGD's", errors),
    equivalenceHypothesis(claim!.testError),
  ];
}

function equivalenceHypothesis(testError: QuantityComparison): Hypothesis {
  const { difference } = testError;
  const claim = "Entropy-SGD and SGD have equivalent test errors";
  const found =
    difference === null
      ? "fewer than two seeds"
      : judgedInWords(difference, `${difference.n} seeds`, percentagePoints) +
        (difference.margin === null ? "; for these data no margin of equivalence was fixed" : "");
  return { name: "H4", claim, ...judge([testError]), verdict: judgeEquivalence(testError), found };
}
