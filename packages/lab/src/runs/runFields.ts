/** What is known of a run as a flat table of names and values: for conditions, sorting and export. */
import type { RecordedEvaluation, RunResult } from "entropy-sgd-training";
import type { Settings } from "../settings/settings.ts";
import type { RunContent, StoredRun } from "./storedRun.ts";

/** A value; numbers that do not exist are null. */
export type Value = number | string | boolean | null;

/** Values by name, in the order of columns; a map, because names of options come from files of strangers. */
export type RunFields = ReadonlyMap<string, Value>;

/** A name with its value. */
export type Entry = readonly [name: string, value: Value];

/** Of a run's result. */
const ofResult = [
  "numParams",
  "gradientEvaluations",
  "effectiveEpochs",
  "validationError",
  "testError",
  "bestTestError",
  "minTestError",
  "trainLoss",
  "seconds",
  "msPerGradient",
  "rollbacks",
] as const satisfies readonly (keyof RunResult)[];

/**
 * Name, status, settings, results, then the optimizer's options by their own names. Where two have the same name the
 * earlier one is kept. How often a run may go back, a setting, is `rollbacksAllowed`; `rollbacks` is how often it did.
 *
 * Of a run that has not ended, errors, time and gradients are those so far. What is torn or foreign has a name, a status
 * and a reason.
 */
export function fieldsOf({ name, status, reason, content }: StoredRun): RunFields {
  const entries: Entry[] = [
    ["name", name],
    ["status", status],
  ];
  if (content === null) return new Map([...entries, ["reason", reason]]);
  const { settings, dataChecksum } = content;
  const own: Entry[] = [...settingsEntries(settings), ["dataChecksum", dataChecksum], ...resultEntries(content)];
  return new Map(firstOfEach([...entries, ...own, ...Object.entries(settings.options)]));
}

/** The settings of a run without its options, as `--set` takes their values. */
export function settingsEntries({ options: _, version: __, rollbacks, ...settings }: Settings): Entry[] {
  const renamed = { ...settings, rollbacksAllowed: rollbacks };
  return Object.entries(renamed).map(([name, value]) => [name, valueFrom(value)]);
}

/** Settings, then those options whose names no setting has. */
export function settingsAndOptions(settings: Settings): Entry[] {
  return firstOfEach([...settingsEntries(settings), ...Object.entries(settings.options)]);
}

function resultEntries({ result, start, evaluations, gradients }: RunContent): Entry[] {
  if (result !== null) return ofResult.map((name) => [name, valueFrom(result[name])]);
  const last: Partial<RecordedEvaluation> = evaluations.at(-1) ?? {};
  const perEpoch = start?.gradientsPerEpoch ?? 0;
  return [
    ["numParams", valueFrom(start?.numParams)],
    ["gradientEvaluations", gradients],
    ["effectiveEpochs", perEpoch > 0 ? gradients / perEpoch : 0],
    ["validationError", valueFrom(last.validationError)],
    ["testError", valueFrom(last.testError)],
    ["seconds", valueFrom(last.seconds)],
  ];
}

/** A value of a file; lists as `--set` takes them, with commas. */
export function valueFrom(value: unknown): Value {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? value.join(",") : null;
}

/** Of entries with equal names the first. */
function firstOfEach(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(([name]) => !seen.has(name) && seen.add(name));
}

/** The names that any of the tables has, in order of appearance. */
export function namesOf(tables: readonly RunFields[]): string[] {
  return [...new Set(tables.flatMap((table) => [...table.keys()]))];
}

/** As an object for JSON. */
export function objectOf(quantities: RunFields): Readonly<Record<string, Value>> {
  return Object.fromEntries(quantities);
}
