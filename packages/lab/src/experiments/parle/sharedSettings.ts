/** What is the same in all replicas of a run. */
import { createHash } from "node:crypto";
import { withUsualOptions } from "../../settings/placedAt.ts";
import { canonicalJson, trainingOf } from "../../settings/sameTraining.ts";
import type { SettingName, Settings } from "../../settings/settings.ts";

const ofNetwork: readonly SettingName[] = [
  "network",
  "networkHash",
  "task",
  "taskOptions",
  "classes",
  "freeze",
  "dropout",
];
const ofData: readonly SettingName[] = [
  ...(["dataOptions", "batchSize", "sampling", "validation", "heldOut", "trainExamples", "overfit"] as const),
];

/**
 * What all replicas of a run must have alike, by name, for those who join to compare: seed, budget and number of replicas, and
 * hashes of what makes network, data (their content too) and optimizer.
 */
export function sharedSettings(settings: Settings, dataChecksum: string | null): Readonly<Record<string, string>> {
  const { replica: _, seed, budget, ...rest } = trainingOf(withUsualOptions(settings, settings.data));
  const hashOf = (isOf: (name: string) => boolean, more: unknown = null): string => {
    const own = Object.fromEntries(Object.entries(rest).filter(([name]) => isOf(name)));
    return createHash("sha256")
      .update(canonicalJson([own, more]))
      .digest("hex")
      .slice(0, 12);
  };
  const [network, data] = [new Set<string>(ofNetwork), new Set<string>(ofData)];
  return {
    seed: `${seed}`,
    budget: `${budget}`,
    replicas: `${settings.options.replicas}`,
    network: hashOf((name) => network.has(name)),
    data: hashOf((name) => data.has(name), dataChecksum),
    optimizer: hashOf((name) => !network.has(name) && !data.has(name)),
  };
}
