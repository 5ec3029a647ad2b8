/** A run as a flat record of fields, for filters, sorting and export. */
import type { RecordedEvaluation, RunResult } from "entropy-sgd-training";
import type { Settings } from "../settings/settings.ts";
import { counted } from "../statistics/words.ts";
import type { RunContent, StoredRun } from "./storedRun.ts";

/** The value of a field; a missing or non-finite number is null. */
export type Value = number | string | boolean | null;

/** Values by field name, in the order of columns. A Map, since option names come from untrusted files (`__proto__`). */
export type RunFields = ReadonlyMap<string, Value>;

/** A name with its value. */
export type Entry = readonly [name: string, value: Value];

/** The fields taken from a run's result. */
const resultNames = [
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
  "reason",
] as const satisfies readonly (keyof RunResult)[];

/**
 * Name, status, settings, results, then the optimizer's options by their own names. Where two have the same name the
 * first one is kept. The setting `rollbacks` is listed as `rollbacksAllowed`; `rollbacks` counts those that happened.
 *
 * A run that has not ended has its errors, time and gradients so far. A torn or foreign folder has only a name, a status
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

/** The settings of a run without the optimizer's options, values in the form that `--set` takes. */
export function settingsEntries({ options: _, version: __, rollbacks, extendedFrom, ...settings }: Settings): Entry[] {
  const renamed = { ...settings, rollbacksAllowed: rollbacks };
  const entries = Object.entries(renamed).map(([name, value]): Entry => [name, valueFrom(value)]);
  if (extendedFrom === undefined) return entries;
  const budgets = extendedFrom.map(
    ({ budget, gradients }) => `${counted(budget, "effective epoch")} (${counted(gradients, "gradient")})`,
  );
  return [...entries, ["extendedFrom", budgets.join(", ")]];
}

/** The settings, then the optimizer's options; an option with a setting's name is left out. */
export function settingsAndOptions(settings: Settings): Entry[] {
  return firstOfEach([...settingsEntries(settings), ...Object.entries(settings.options)]);
}

function resultEntries({ result, start, evaluations, gradients }: RunContent): Entry[] {
  if (result !== null) return resultNames.map((name) => [name, valueFrom(result[name])]);
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

/** A field's value from a value in a file; a list becomes comma-separated text, as `--set` takes it. */
export function valueFrom(value: unknown): Value {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? value.join(",") : null;
}

/** The first of the entries with equal names. */
function firstOfEach(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(([name]) => !seen.has(name) && seen.add(name));
}

/** The names that any of the tables has, in order of appearance. */
export function namesOf(tables: readonly RunFields[]): string[] {
  return [...new Set(tables.flatMap((table) => [...table.keys()]))];
}

/** The fields as an object for JSON. */
export function objectOf(fields: RunFields): Readonly<Record<string, Value>> {
  return Object.fromEntries(fields);
}
