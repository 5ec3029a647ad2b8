/** Groups of runs that differ only in the seed. */
import { apartFromTraining, trainingKey } from "../settings/sameTraining.ts";
import { primaryMetric } from "./primaryMetric.ts";
import { namesOf, type RunFields, settingsAndOptions, settingsEntries, type Value } from "./runFields.ts";
import type { RunContent, StoredRun } from "./storedRun.ts";
import { type Summary, summaryOf } from "./summarise.ts";

/** A run whose settings could be read. */
export interface ReadableRun extends StoredRun {
  readonly content: RunContent;
}

/** Runs that differ only in the seed. */
export interface RunGroup {
  /** The optimizer, and the settings in which the groups differ; unique. */
  readonly label: string;
  /** Settings and options that all runs of the group share. */
  readonly settings: RunFields;
  readonly runs: readonly ReadableRun[];
  /** The runs that the means are taken over: those that ended, one for each seed. */
  readonly counted: readonly ReadableRun[];
  /** How many runs ended under a seed that is counted already. */
  readonly numRepeated: number;
  readonly spreads: Summary;
}

/** Settings that do not describe a group: the seed, and those that change neither the training nor its bits. */
const notDescribing = new Set<string>(["seed", ...apartFromTraining]);

/** Whether the settings of a run could be read. */
export function isReadable(run: StoredRun): run is ReadableRun {
  return run.content !== null;
}

/** The groups in order of their first runs. Only runs that ended count in means. */
export function groupRuns(runs: readonly ReadableRun[]): RunGroup[] {
  const members = [...byKey(runs, ({ content }) => keyButSeed(content)).values()];
  const contents = members.map(([first]) => first!.content);
  const settings = contents.map(commonSettings);
  const labels = labelsOf(contents, settings);
  return members.map((own, i) => {
    const ended = own.filter(({ status }) => status === "ended");
    const counted = [...byKey(ended, seedOf).values()].map(([first]) => first!);
    const results = counted.flatMap(({ content }) => content.result ?? []);
    return {
      label: labels[i]!,
      settings: settings[i]!,
      runs: own,
      counted,
      numRepeated: ended.length - counted.length,
      spreads: summaryOf(results, primaryMetric(own[0]!.content)),
    };
  });
}

/** Names of settings in which the groups differ, with the values of each group; null where one has no such setting. */
export function differences(groups: readonly RunFields[]): ReadonlyMap<string, readonly Value[]> {
  const rows = namesOf(groups).map((name) => [name, groups.map((settings) => settings.get(name) ?? null)] as const);
  return new Map(rows.filter(([, values]) => new Set(values).size > 1));
}

/** Identifies a data set: its checksum, its folder where that is not known, "MNIST" by default. */
export function dataOf({ dataChecksum, settings }: RunContent): string {
  if (settings.data === null) return "MNIST";
  return dataChecksum === null ? settings.data : `sha256:${dataChecksum.slice(0, 16)}`;
}

/** The items of each key, in order of appearance, in one pass. */
export function byKey<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [item]);
    else own.push(item);
  }
  return groups;
}

/** Equal for runs that differ in the seed alone. */
export function keyButSeed(content: RunContent): string {
  const { name, better } = primaryMetric(content);
  return JSON.stringify([dataOf(content), name, better, trainingKey({ ...content.settings, seed: 0 })]);
}

const seedOf = ({ content }: ReadableRun): number => content.settings.seed;

function commonSettings(content: RunContent): RunFields {
  const described = settingsAndOptions(content.settings).filter(([name]) => !notDescribing.has(name));
  return new Map(described.map(([name, value]) => [name, name === "data" ? dataOf(content) : value]));
}

/**
 * Optimizer and preset, then the settings in which groups differ: settings of the run among all groups, options of the
 * optimizer only among groups of the same optimizer and preset.
 */
function labelsOf(contents: readonly RunContent[], groups: readonly RunFields[]): string[] {
  const nameOf = (settings: RunFields): string => {
    const preset = settings.get("preset") ?? null;
    return `${settings.get("optimizer")}${preset === null ? "" : ` (${preset})`}`;
  };
  const differing = (tables: readonly RunFields[]) => [...differences(tables).keys()];
  const named = ["optimizer", "preset"];
  const amongAll = differing(groups).filter((name) => !named.includes(name));
  const amongAlike = new Map([...byKey(groups, nameOf)].map(([name, alike]) => [name, differing(alike)]));
  const labels = groups.map((settings, i) => {
    const ofRun = new Set(settingsEntries(contents[i]!.settings).map(([name]) => name));
    const described = [
      ...amongAll.filter((name) => ofRun.has(name)),
      ...amongAlike.get(nameOf(settings))!.filter((name) => !ofRun.has(name)),
    ];
    return [nameOf(settings), ...described.map((name) => `${name}=${settings.get(name) ?? "null"}`)].join(" ");
  });
  // Labels shorten checksums, so that two may become equal.
  const times = new Map<string, number>();
  return labels.map((label) => {
    const time = (times.get(label) ?? 0) + 1;
    times.set(label, time);
    return time === 1 ? label : `${label} (${time})`;
  });
}
