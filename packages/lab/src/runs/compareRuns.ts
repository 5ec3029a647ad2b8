/** Comparisons of groups of runs: only of those with the same network, data, budget and primary metric. */
import { testMetricOptions } from "../statistics/margins.ts";
import { type DifferenceOverSeeds, differenceOverSeeds, type SeedValue } from "../statistics/overSeeds.ts";
import { byKey, dataOf, differences, groupRuns, type ReadableRun, type RunGroup } from "./groupRuns.ts";
import { primaryMetric, primaryResult } from "./primaryMetric.ts";
import type { Value } from "./runFields.ts";

/** What must be equal for a comparison. */
export const equalKeys = ["network", "data", "budget", "metric"] as const;

/** Groups on the same network, data and budget, judged by the same metric. */
export interface RunComparison {
  readonly setting: Readonly<Record<(typeof equalKeys)[number], Value>>;
  readonly groups: readonly RunGroup[];
  /** Settings that differ, with their values in the order of the groups. */
  readonly differing: ReadonlyMap<string, readonly Value[]>;
  /** Of the test metric: the first group with a value minus each other group with one. */
  readonly differences: readonly {
    readonly first: RunGroup;
    readonly second: RunGroup;
    readonly test: DifferenceOverSeeds;
  }[];
}

/** The runs divided into comparisons, in order of their first runs. */
export function comparisonsOf(runs: readonly ReadableRun[]): RunComparison[] {
  const settingOf = ({ content }: ReadableRun) => ({
    network: content.settings.network,
    data: dataOf(content),
    budget: content.settings.budget,
    metric: primaryMetric(content).name,
  });
  return [...byKey(runs, (run) => JSON.stringify(settingOf(run))).values()].map((own) => {
    const setting = settingOf(own[0]!);
    const groups = groupRuns(own);
    const [first, ...others] = groups.filter(({ spreads }) => spreads.test.mean !== null);
    return {
      setting,
      groups,
      differing: differences(groups.map((group) => group.settings)),
      differences: first === undefined ? [] : others.map((second) => differenceBetween(first, second, setting)),
    };
  });
}

function differenceBetween(
  first: RunGroup,
  second: RunGroup,
  { metric, data }: { readonly metric: string; readonly data: string },
): RunComparison["differences"][number] {
  const test = differenceOverSeeds(testValuesOf(first), testValuesOf(second), testMetricOptions(metric, data));
  return { first, second, test };
}

function testValuesOf({ counted }: RunGroup): SeedValue[] {
  return counted.map(({ content: { settings, result } }) => ({
    seed: settings.seed,
    value: result === null ? null : primaryResult(result).test,
  }));
}
