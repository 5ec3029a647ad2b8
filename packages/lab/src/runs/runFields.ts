/** A run as a flat record of fields, for filters, sorting and export. */
import { hasDiverged, primaryOf, type RecordedEvaluation, type RunResult } from "entropy-sgd-training";
import type { Settings } from "../settings/settings.ts";
import { type MetricValue, metricField } from "../statistics/metricWords.ts";
import { counted } from "../statistics/words.ts";
import { primaryMetric, primaryResult } from "./primaryMetric.ts";
import type { RunContent, StoredRun } from "./storedRun.ts";

/** The value of a field; a missing or non-finite number is null. */
export type Value = number | string | boolean | null;

/** Values by field name, in the order of columns. A Map, since option names come from untrusted files (`__proto__`). */
export type RunFields = ReadonlyMap<string, Value>;

/** A name with its value. */
export type Entry = readonly [name: string, value: Value];

/** The fields taken from a run's result, before and after those of its primary metric. */
const sizes = ["numParams", "gradientEvaluations", "effectiveEpochs"] as const satisfies readonly (keyof RunResult)[];
const costs = [
  "bestGradients",
  "trainLoss",
  "seconds",
  "msPerGradient",
  "rollbacks",
  "incompleteMeans",
  "reason",
] as const satisfies readonly (keyof RunResult)[];

/**
 * Name, status, settings, results, then the optimizer's options by their own names. Where two have the same name the
 * first one is kept. The setting `rollbacks` is listed as `rollbacksAllowed`; `rollbacks` counts those that happened.
 *
 * The values of a metric have its name: `testError`, `testRmse`. A run that has not ended has its metrics, time and gradients so far. A torn or foreign folder has only a name, a status
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
  const entries = Object.entries(renamed).flatMap(([name, value]) => entriesOf(name, value));
  if (extendedFrom === undefined) return entries;
  const budgets = extendedFrom.map(
    ({ budget, gradients }) => `${counted(budget, "effective epoch")} (${counted(gradients, "gradient")})`,
  );
  return [...entries, ["extendedFrom", budgets.join(", ")]];
}

/** A setting; one that has options by name, such as `dataOptions`, as `data.NAME` for each of them. */
function entriesOf(name: string, value: unknown): Entry[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, valueFrom(value)]];
  const owner = name.replace(/Options$/, "");
  return Object.entries(value).map(([inner, own]): Entry => [`${owner}.${inner}`, valueFrom(own)]);
}

/** The settings, then the optimizer's options; an option with a setting's name is left out. */
export function settingsAndOptions(settings: Settings): Entry[] {
  return firstOfEach([...settingsEntries(settings), ...Object.entries(settings.options)]);
}

function resultEntries({ result, start, evaluations, gradients }: RunContent): Entry[] {
  const metric = primaryMetric({ start, evaluations, result });
  const named = (value: MetricValue): string => metricField(value, metric);
  const last = evaluations.at(-1);
  const others = last === undefined ? [] : otherMetrics(last);
  if (result !== null) {
    const primary = primaryResult(result);
    const values = ["validation", "test", "bestTest", "extremeTest"] as const;
    return [
      ...sizes.map((name): Entry => [name, valueFrom(result[name])]),
      ["metric", metric.name],
      ...values.map((value): Entry => [named(value), valueFrom(primary[value])]),
      ...costs.map((name): Entry => [name, valueFrom(result[name])]),
      ...(hasDiverged(result) ? [] : others),
    ];
  }
  const perEpoch = start?.gradientsPerEpoch ?? 0;
  const none = (["validation", "test"] as const).map((value): Entry => [named(value), null]);
  return [
    ["numParams", valueFrom(start?.numParams)],
    ["gradientEvaluations", gradients],
    ["effectiveEpochs", perEpoch > 0 ? gradients / perEpoch : 0],
    ["metric", metric.name],
    ...(last === undefined ? none : primaryEntries(last)),
    ["seconds", valueFrom(last?.seconds)],
    ...others,
  ];
}

/** All metrics of an evaluation, the primary one first. */
export function metricEntries(evaluation: RecordedEvaluation): Entry[] {
  return [...primaryEntries(evaluation), ...otherMetrics(evaluation)];
}

function primaryEntries(evaluation: RecordedEvaluation): Entry[] {
  const primary = primaryOf(evaluation);
  return (["validation", "test"] as const).map((value) => [metricField(value, primary), valueFrom(primary[value])]);
}

/** The task's metrics beside the primary one, of an evaluation: `validationMae`, `testMae`. */
function otherMetrics(evaluation: RecordedEvaluation): Entry[] {
  const { validationMetrics, testMetrics } = evaluation;
  const { name: primary } = primaryOf(evaluation);
  return (["validation", "test"] as const).flatMap((split) => {
    const metrics = (split === "test" ? testMetrics : validationMetrics) ?? {};
    const others = Object.entries(metrics).filter(([name]) => name !== primary);
    return others.map(([name, value]): Entry => [metricField(split, { name, better: "smaller" }), valueFrom(value)]);
  });
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
