/** The results of a sweep as a table and sentences, for the terminal and the report. */
import { hasDiverged } from "entropy-sgd-training";
import type { ConditionStatus } from "../experiments/experimentResult.ts";
import { type Configuration, valueText } from "../experiments/sweep/planSweep.ts";
import type { ConfigurationResult, SweepResult } from "../experiments/sweep/sweepResult.ts";
import type { SweepValue } from "../settings/valueSchemas.ts";
import { metricTitle, signOf } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";
import { comparisonSentences, counted, type Unit } from "../statistics/words.ts";
import { summaryCells, summaryTitles, unitOf } from "./summaryCells.ts";

/** Names of the varied values, in the order in which configurations have them. */
export function variedNames(configurations: readonly Configuration[]): string[] {
  return [...new Set(configurations.flatMap(({ parameters }) => Object.keys(parameters)))];
}

/** The columns that identify a configuration: its varied values, or the optimizer where nothing is varied. */
export function valueColumns(configurations: readonly Configuration[]): {
  readonly head: readonly string[];
  cellsOf(configuration: Configuration): string[];
} {
  const names = variedNames(configurations);
  if (names.length === 0) return { head: ["optimizer"], cellsOf: ({ optimizer }) => [optimizer] };
  return { head: names, cellsOf: ({ parameters }) => names.map((name) => cell(parameters[name])) };
}

/** A row for each configuration under a head: values, seeds, mean ± sample standard deviation. */
export function resultRows({ metric, configurations, ranked }: SweepResult): { head: string[]; rows: string[][] } {
  const { head, cellsOf } = valueColumns(configurations.map(({ configuration }) => configuration));
  const fields = ["validation", "bestTest", "test", "trainLoss"] as const;
  const titles = { ...summaryTitles(metric), bestTest: `test ${metricTitle(metric.name)} at best validation` };
  const summaries = ranked.map(({ summary }) => summary);
  const rows = ranked.map((own) => [
    ...cellsOf(own.configuration),
    seedsText(own),
    ...summaryCells(own.summary, fields, summaries),
  ]);
  return { head: [...head, "seeds", ...fields.map((field) => titles[field])], rows };
}

function cell(value: SweepValue | undefined): string {
  return value === undefined ? "–" : valueText(value);
}

function seedsText({ planned, runs, status }: ConfigurationResult): string {
  const all = planned.length;
  const count = runs.length === all ? String(all) : `${runs.length} of ${all}`;
  if (status !== "diverged") return count;
  return `${count} (${runs.filter(({ result }) => hasDiverged(result)).length} diverged)`;
}

/** How the criterion is called and printed. */
function criterionWords({ criterion, ranked }: SweepResult): Unit & { readonly words: string; readonly sign: string } {
  const { field, name } = criterion;
  if (field === "validation") {
    return { words: `validation ${name}`, sign: signOf(name), ...unitOf(ranked.map(({ summary }) => summary)) };
  }
  return { words: "training loss", sign: "", scale: 1, difference: "", digits: 4 };
}

/** Names that are listed; more are counted. */
const maxListed = 5;

/** The best configuration, its difference to the second, and the runs that are missing, in sentences. */
export function sentencesOf(result: SweepResult): string[] {
  const { configurations, failed } = result;
  const having = (status: ConditionStatus) => configurations.filter((own) => own.status === status);
  const [diverged, incomplete] = [having("diverged"), having("incomplete")];
  const listed = diverged.slice(0, maxListed).map(labelOf).join("; ");
  const more = diverged.length > maxListed ? `; and ${diverged.length - maxListed} more` : "";
  return [
    ...bestSentences(result),
    ...(diverged.length === 0 ? [] : [`Diverged with some seed, and no candidates for the best: ${listed}${more}.`]),
    ...(incomplete.length === 0
      ? []
      : [
          `Not trained with every seed, and no candidates for the best: ${counted(incomplete.length, "configuration")}.`,
        ]),
    ...(failed.length === 0 ? [] : [`${counted(failed.length, "run")} failed.`]),
  ];
}

function bestSentences(result: SweepResult): string[] {
  const { metric, criterion, configurations, best, second, difference } = result;
  if (best === null) return ["No configuration has ended with every seed, so that none is the best."];
  const { test, bestTest } = best.summary;
  const { words, sign, ...unit } = criterionWords(result);
  const value = ({ summary }: ConfigurationResult): string =>
    `${fixed(summary[criterion.field].mean, unit.digits, unit.scale)}${sign}`;
  const own = unitOf(configurations.map(({ summary }) => summary));
  const [atEnd, atBestEpoch] = [test, bestTest].map(
    ({ mean }) => `${fixed(mean, own.digits, own.scale)}${signOf(metric.name)}`,
  );
  const atBest =
    bestTest.mean === null || atBestEpoch === atEnd
      ? ""
      : `, ${atBestEpoch} at the evaluation with the best validation ${metric.name}`;
  const superlative = criterion.better === "smaller" ? "Lowest" : "Highest";
  const first = `${superlative} ${words}: ${labelOf(best)} with ${value(best)}; its test ${metric.name} is ${atEnd}${atBest}.`;
  if (second === null || difference === null) return [first, "No other configuration has ended with every seed."];
  const numComplete = configurations.filter(({ status }) => status === "complete").length;
  const note =
    `It was chosen among ${numComplete} configurations by ${words}, which makes that number look better than it would be ` +
    `with new seeds; the test ${metric.name} had no part in the choice.`;
  const next = { text: `Second: ${labelOf(second)} with ${value(second)}`, difference };
  return [first, note, ...comparisonSentences([next], unit)];
}

function labelOf({ configuration }: ConfigurationResult): string {
  return configuration.label;
}
