/** Comparisons of groups of runs: only of those with the same network, data and budget. */
import { testErrorOptions } from "../statistics/margins.ts";
import { type DifferenceOverSeeds, differenceOverSeeds, type SeedValue } from "../statistics/overSeeds.ts";
import { byKey, dataOf, differences, groupRuns, type ReadableRun, type RunGroup } from "./groupRuns.ts";
import type { Value } from "./runFields.ts";

/** Settings that must be equal for a comparison. */
export const equalKeys = ["network", "data", "budget"] as const;

/** Groups on the same network, data and budget. */
export interface RunComparison {
  readonly setting: Readonly<Record<(typeof equalKeys)[number], Value>>;
  readonly groups: readonly RunGroup[];
  /** Settings that differ, with their values in the order of the groups. */
  readonly differing: ReadonlyMap<string, readonly Value[]>;
  /** The first group with a test error minus each other group with one. */
  readonly differences: readonly {
    readonly first: RunGroup;
    readonly second: RunGroup;
    readonly testError: DifferenceOverSeeds;
  }[];
}

/** The runs divided into comparisons, in order of their first runs. */
export function comparisonsOf(runs: readonly ReadableRun[]): RunComparison[] {
  const settingOf = ({ content }: ReadableRun) => ({
    network: content.settings.network,
    data: dataOf(content),
    budget: content.settings.budget,
  });
  return [...byKey(runs, (run) => JSON.stringify(settingOf(run))).values()].map((own) => {
    const setting = settingOf(own[0]!);
    const groups = groupRuns(own);
    const [first, ...others] = groups.filter(({ spreads }) => spreads.testError.mean !== null);
    return {
      setting,
      groups,
      differing: differences(groups.map((group) => group.settings)),
      differences: first === undefined ? [] : others.map((second) => differenceBetween(first, second, setting.data)),
    };
  });
}

function differenceBetween(first: RunGroup, second: RunGroup, data: string): RunComparison["differences"][number] {
  const testError = differenceOverSeeds(testErrorsOf(first), testErrorsOf(second), testErrorOptions(data));
  return { first, second, testError };
}

function testErrorsOf({ counted }: RunGroup): SeedValue[] {
  return counted.map(({ content }) => ({ seed: content.settings.seed, value: content.result?.testError ?? null }));
}
