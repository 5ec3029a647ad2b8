/** What makes two runs the same training. */
import { isDeepStrictEqual } from "node:util";
import { withUsualOptions } from "./placedAt.ts";
import { type SettingName, type Settings, settingsWith } from "./settings.ts";

/** Settings that change neither the training nor, where threads and device are the same, its bits. */
export const apartFromTraining: readonly SettingName[] = settingsWith("apart");

/** Whether two runs are the same training: equal in all settings but threads, device, folder of the data and what is kept on disk. */
export function sameTraining(one: Settings, other: Settings): boolean {
  const [first, second] = sideBySide(one, other).map(trainingOf);
  return isDeepStrictEqual(first, second);
}

/** Names of the settings and options that make two runs different trainings, with the two values. */
export function trainingDifferences(
  one: Settings,
  other: Settings,
): { readonly name: string; readonly one: unknown; readonly other: unknown }[] {
  const [first, second] = sideBySide(one, other).map(namedTraining) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .filter((name) => !isDeepStrictEqual(first[name], second[name]))
    .map((name) => ({ name, one: first[name], other: second[name] }));
}

/** What makes the training, by name: settings, and options of the optimizer, the task and the reader of data beside them. */
export function namedTraining(settings: Settings): Record<string, unknown> {
  const { options = {}, taskOptions = {}, dataOptions = {}, ...rest } = trainingOf(settings);
  const named = (owner: string, values: object) =>
    Object.entries(values).map(([name, value]) => [
      owner !== "options" || Object.hasOwn(rest, name) ? `${owner}.${name}` : name,
      value,
    ]);
  const own = [...named("options", options), ...named("task", taskOptions), ...named("data", dataOptions)];
  return { ...rest, ...Object.fromEntries(own) };
}

/** The two, both with the options of the names of both their data: one may have its data in another place, and these options written out. */
function sideBySide(one: Settings, other: Settings): Settings[] {
  return [one, other].map((settings) => withUsualOptions(withUsualOptions(settings, one.data), other.data));
}

/** A key by which runs are grouped: equal exactly for runs that are the same training. */
export function trainingKey(settings: Settings): string {
  return canonicalJson(trainingOf(settings));
}

/** JSON with the keys of every object sorted, since files may have them in any order. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
}

/** All settings but the places of data and network and those that do not change the training. */
export function trainingOf(settings: Settings): Partial<Settings> {
  const left: ReadonlySet<string> = new Set([...apartFromTraining, "data", "networkFile"]);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !left.has(name)));
}
