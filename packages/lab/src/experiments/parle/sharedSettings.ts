/** What is the same in all replicas of a run. */
import { createHash } from "node:crypto";
import { withUsualOptions } from "../../settings/placedAt.ts";
import { canonicalJson, namedTraining, trainingOf } from "../../settings/sameTraining.ts";
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
    return sha256(canonicalJson([own, more])).slice(0, 12);
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

/** The same setting by setting, in words, to say which differ. */
export function sharedDetails(settings: Settings, dataChecksum: string | null): Readonly<Record<string, string>> {
  const { replica: _, ...named } = namedTraining(withUsualOptions(settings, settings.data));
  const all = { ...named, "SHA-256 of the data": dataChecksum };
  // An option that is a setting of the run too is told once.
  const isTwice = ([name, value]: [string, unknown]): boolean => named[name.replace(/^options\./, "")] === value;
  const once = Object.entries(all).filter((entry) => !entry[0].startsWith("options.") || !isTwice(entry));
  return Object.fromEntries(once.map(([name, value]) => [name, inWords(value)]));
}

/** Longer values are told by their beginning and a hash. */
const longest = 80;

function inWords(value: unknown): string {
  const words = typeof value === "string" ? value : (value ?? null) === null ? "none" : canonicalJson(value);
  return words.length <= longest ? words : `${words.slice(0, longest / 2)}… (SHA-256 ${sha256(words).slice(0, 12)})`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
