/** Comparisons of runs at equal gradients: what `runs compare` judges, with the curves over seeds. */
import { primaryOf, type RecordedEvaluation } from "entropy-sgd-training";
import { comparedMeans, comparedUnit } from "../pages/comparedMeans.ts";
import { bandOver } from "../pages/curves.ts";
import { decimated } from "../report/decimated.ts";
import { comparisonsOf, type RunComparison } from "../runs/compareRuns.ts";
import { byKey, groupRuns, isReadable, type ReadableRun, type RunGroup } from "../runs/groupRuns.ts";
import { primaryMetric } from "../runs/primaryMetric.ts";
import type { StoredRun } from "../runs/storedRun.ts";
import type { Summary } from "../runs/summarise.ts";
import { comparisonSentences } from "../statistics/words.ts";
import type {
  CompareAnswer,
  ComparedDifference,
  ComparedGroup,
  ComparedQuantity,
  Comparison,
  GroupResults,
  GroupRow,
} from "./api.ts";
import { groupKey } from "./groupKey.ts";

/** What runs are compared by. */
export const comparedQuantities = [
  "test",
  "validation",
  "testLoss",
  "validationLoss",
] as const satisfies readonly ComparedQuantity[];

/** Groups of the runs that can be read, with means over those that ended. */
export function groupsOf(runs: readonly StoredRun[]): GroupRow[] {
  return groupRuns(runs.filter(isReadable)).map(({ label, runs: own, counted, spreads }) => {
    const names = (list: readonly ReadableRun[]): string[] => list.map(({ name }) => name);
    const group = groupKey(own[0]!.content);
    return {
      group,
      label,
      runs: names(own),
      counted: names(counted),
      metric: spreads.metric,
      ...resultsOf(spreads),
    };
  });
}

function resultsOf({ validation, test, bestTest, trainLoss, seconds }: Summary): GroupResults {
  return { validation, test, bestTest, trainLoss, seconds };
}

/** Comparisons of the runs that can be read. */
export function comparisonOf(runs: readonly StoredRun[], quantity: ComparedQuantity): CompareAnswer {
  const comparisons = comparisonsOf(runs.filter(isReadable)).map((comparison) => answered(comparison, quantity));
  return { quantity, comparisons };
}

function answered(comparison: RunComparison, quantity: ComparedQuantity): Comparison {
  const { setting, groups, differing } = comparison;
  const { content } = groups[0]!.runs[0]!;
  return {
    network: String(setting.network),
    data: String(setting.data),
    budget: Number(setting.budget),
    metric: primaryMetric(content),
    gradientsPerEpoch: content.start?.gradientsPerEpoch ?? null,
    groups: groups.map((group) => groupCurve(group, quantity)),
    differing: [...differing],
    differences: differencesOf(comparison),
  };
}

const seedOf = ({ content }: ReadableRun): number => content.settings.seed;

function groupCurve({ label, runs, counted, spreads }: RunGroup, quantity: ComparedQuantity): ComparedGroup {
  const valueIn = (event: RecordedEvaluation): number | null =>
    quantity === "testLoss" || quantity === "validationLoss" ? event[quantity] : primaryOf(event)[quantity];
  // One run of each seed, ended where one has: a repeated one is no evidence of its own.
  const own = [...byKey(runs, seedOf).values()].map((alike) => alike.find((run) => counted.includes(run)) ?? alike[0]!);
  const band = bandOver(
    own.flatMap(({ content }) => content.evaluations),
    valueIn,
  );
  const points = decimated(band, ({ mean }) => mean);
  return {
    group: groupKey(runs[0]!.content),
    label,
    runs: own.map(({ name }) => name),
    seeds: own.map(seedOf),
    results: resultsOf(spreads),
    curve: {
      gradients: points.map(({ gradients }) => gradients),
      mean: points.map(({ mean }) => mean),
      low: points.map(({ low }) => low),
      high: points.map(({ high }) => high),
      n: points.map(({ n }) => n),
    },
  };
}

function differencesOf(comparison: RunComparison): ComparedDifference[] {
  const unit = comparedUnit(comparison);
  return comparedMeans(comparison).map((means, i) => {
    const { first, second, test } = comparison.differences[i]!;
    const [sentence] = comparisonSentences([means], unit);
    return { first: first.label, second: second.label, test, sentence: sentence! };
  });
}
