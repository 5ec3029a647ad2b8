/** Comparisons of groups of runs: only of those with the same network, data and budget. */
import { type Difference, differenceOf } from "../runs/difference.ts";
import { dataOf, differences, groupRuns, type ReadRun, type RunGroup } from "./groupRuns.ts";
import type { Value } from "./quantities.ts";

/** What must be equal for a comparison. */
export const equalKeys = ["network", "data", "budget"] as const;

/** Groups on the same network, data and budget. */
export interface Comparison {
  readonly setting: Readonly<Record<(typeof equalKeys)[number], Value>>;
  readonly groups: readonly RunGroup[];
  /** Settings that differ, with their values in the order of the groups. */
  readonly differing: ReadonlyMap<string, readonly Value[]>;
  /** Of the first group with a test error to each other one with a test error, first minus second. */
  readonly differences: readonly {
    readonly first: RunGroup;
    readonly second: RunGroup;
    readonly testError: Difference;
  }[];
}

/** The comparisons that some runs allow, in order of their first runs. */
export function comparisonsOf(runs: readonly ReadRun[]): Comparison[] {
  const settings = runs.map(({ content }) => ({
    network: content.settings.network,
    data: dataOf(content),
    budget: content.settings.budget,
  }));
  const identities = settings.map((setting) => JSON.stringify(setting));
  return [...new Set(identities)].map((identity) => {
    const groups = groupRuns(runs.filter((_, i) => identities[i] === identity));
    const [first, ...others] = groups.filter(({ spreads }) => spreads.testError.mean !== null);
    return {
      setting: settings[identities.indexOf(identity)]!,
      groups,
      differing: differences(groups.map((group) => group.settings)),
      differences: first === undefined ? [] : others.map((second) => differenceBetween(first, second)),
    };
  });
}

function differenceBetween(first: RunGroup, second: RunGroup): Comparison["differences"][number] {
  return { first, second, testError: differenceOf(first.spreads.testError, second.spreads.testError) };
}
