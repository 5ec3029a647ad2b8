/** The report: one self-contained HTML page. */
import { hasDiverged, type PrimaryMetric, type RunResult } from "entropy-sgd-training";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, table } from "../report/htmlPage.ts";
import { primaryResult } from "../runs/primaryMetric.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { summarise } from "../runs/summarise.ts";
import { testMetricOptions } from "../statistics/margins.ts";
import { bestWords, metricUnit, signOf } from "../statistics/metricWords.ts";
import { fixed, withDeviation } from "../statistics/numbers.ts";
import { differenceOverSeeds } from "../statistics/overSeeds.ts";
import { comparisonSentences } from "../statistics/words.ts";
import { optimizersOf, reportedMetric } from "./curves.ts";
import { machineTable } from "./machineTable.ts";
import { otherMetricsHtml } from "./otherMetrics.ts";
import { numRunsText } from "./resultTable.ts";
import { scopeNumbersHtml } from "./scopeNumbers.ts";
import { settingsOfRuns } from "./settingsOfRuns.ts";
import { summaryCells, summaryTitles, unitOf } from "./summaryCells.ts";

/** The page of some runs and their figures. @throws InputError if their primary metrics differ */
export function renderReport(records: readonly RunRecord[], figures: readonly Figure[]): string {
  const results = records.flatMap(({ result }) => (result === null ? [] : [result]));
  const metric = reportedMetric(records);
  const { network } = records[0]!.settings;
  const title = `${network}: ${optimizersOf(records).join(", ")}`;
  const { best } = bestWords(metric);
  const isShare = signOf(metric.name) !== "";
  const mean = isShare ? `${metric.name === "error" ? "Errors" : "Shares"} in per cent, mean` : "Mean";
  return htmlPage(
    title,
    `<p class="lead">${escaped(inWords(records, results, metric))}</p>
${table(summaryRows(results, metric), `${mean} ± sample standard deviation over seeds.`)}
${figures.map(figureHtml).join("\n")}
${warningsHtml(records)}<h2>Runs</h2>
${table(runRows(records, metric), `The test ${metric.name} at best validation is that of the evaluation with the ${best} validation ${metric.name}.`)}
${otherMetricsHtml(records, metric.name)}${scopeNumbersHtml(records)}<h2>Settings</h2>
${settingsOfRuns(records)}
<h2>Machine</h2>
${machineTable(records)}`,
  );
}

/** The comparison and its outcome, in two or three sentences. */
function inWords(records: readonly RunRecord[], results: readonly RunResult[], metric: PrimaryMetric): string {
  const { settings, start } = records[0]!;
  const seeds = new Set(records.map((record) => record.settings.seed)).size;
  const epochs = fixed(start.totalGradients / start.gradientsPerEpoch, 2);
  const budget =
    `Each run had a budget of ${start.totalGradients} gradient evaluations (${epochs} effective epochs of batches of ` +
    `${start.batchSize}), with dropout ${settings.dropout} and ${seeds === 1 ? "one seed" : `${seeds} seeds`}.`;
  const unfinished = records.filter(({ result }) => result === null || result.interrupted).length;
  const diverged = results.filter(hasDiverged).length;
  const stopped = results.filter(({ reason }) => reason === "early-stopping").length;
  const chosen = results.filter(({ bestGradients }) => bestGradients !== undefined).length;
  const notes = [
    ...(unfinished === 0 ? [] : [` ${unfinished} of ${records.length} runs did not reach the end of the budget.`]),
    ...(stopped === 0
      ? []
      : [` ${stopped} of ${records.length} runs ended by early stopping, before the end of the budget.`]),
    ...(chosen === 0
      ? []
      : [
          ` The weights of ${chosen} of ${records.length} runs are those of the best evaluation on validation, which "at best validation" tells of.`,
        ]),
    ...(diverged === 0 ? [] : [` ${diverged} of ${records.length} runs diverged and have no part in the means.`]),
  ];
  return `${budget}${notes.join("")} ${comparison(results, metric, settings.data)}`.trim();
}

/** The differences of the first optimizer to the others, with the outcome of their tests. */
function comparison(results: readonly RunResult[], { name: metric }: PrimaryMetric, data: string | null): string {
  const summaries = Object.entries(summarise(results)).filter(([, { test }]) => test.mean !== null);
  const [first, ...others] = summaries;
  if (first === undefined) return `No run has a test ${metric}.`;
  const [name, own] = first;
  const unit = unitOf(summaries.map(([, summary]) => summary));
  const [value, sign] = [(mean: number | null) => `${fixed(mean, unit.digits, unit.scale)}${sign}`, signOf(metric)];
  if (others.length === 0) {
    return `The test ${metric} at the end is ${withDeviation(own.test, unit.digits, unit.scale)}${sign}.`;
  }
  const valuesOf = (optimizer: string) =>
    results
      .filter((run) => run.optimizer === optimizer)
      .map((run) => ({ seed: run.seed, value: primaryResult(run).test }));
  const compared = others.map(([other, { test }]) => ({
    text: `${name} ${value(own.test.mean)} against ${other} ${value(test.mean)} at the end`,
    difference: differenceOverSeeds(valuesOf(name), valuesOf(other), testMetricOptions(metric, data)),
  }));
  return `Test ${metric}: ${comparisonSentences(compared, unit).join(" ")}`;
}

function summaryRows(results: readonly RunResult[], metric: PrimaryMetric): string[][] {
  const fields = ["test", "bestTest", "extremeTest", "trainLoss", "msPerGradient"] as const;
  // The caption says that they are in per cent.
  const titles = fields.map((field) => summaryTitles(metric)[field].replace(/ %$/, ""));
  const summaries = summarise(results);
  return [
    ["optimizer", "runs", ...titles],
    ...Object.entries(summaries).map(([name, summary]) => [
      name,
      numRunsText(
        summary.test.n,
        results.filter(({ optimizer }) => optimizer === name),
      ),
      ...summaryCells(summary, fields, Object.values(summaries)),
    ]),
  ];
}

function runRows(records: readonly RunRecord[], { name: metric }: PrimaryMetric): string[][] {
  const primaries = records.map(({ result }) => (result === null ? null : primaryResult(result)));
  const values = primaries.flatMap((own) => [own?.test, own?.bestTest, own?.validation]);
  const { digits, scale } = metricUnit(metric, values);
  return [
    ["run", "seed", "gradients", `test ${metric}`, "at best validation", `validation ${metric}`, "seconds", "ended by"],
    ...records.map(({ name, settings, result, outers }, i) => [
      name,
      String(settings.seed),
      String(result?.gradientEvaluations ?? outers.at(-1)?.gradients ?? 0),
      ...[primaries[i]?.test, primaries[i]?.bestTest, primaries[i]?.validation].map((value) =>
        fixed(value, digits, scale),
      ),
      fixed(result?.seconds, 0),
      result?.reason ?? "not ended",
    ]),
  ];
}

/** The warnings of the runs, in order. */
function warningsHtml(records: readonly RunRecord[]): string {
  const lines = records.flatMap(({ name, warnings }) =>
    warnings.map(({ gradients, message }) => `${name}, gradient ${gradients}: ${message}.`),
  );
  if (lines.length === 0) return "";
  return `<h2>Warnings</h2>\n<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>\n`;
}
