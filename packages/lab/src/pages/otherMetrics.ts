/** The task's metrics beside the primary one, such as the top-5 error or R², as a table of the report. */
import { hasDiverged, type Metrics, type RecordedEvaluation } from "entropy-sgd-training";
import { table } from "../report/htmlPage.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { metricTitle, metricUnit } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";

const splits = ["validationMetrics", "testMetrics"] as const;

/** A row for each run that has an evaluation to show; nothing without other metrics, as in runs made before there were tasks. */
export function otherMetricsHtml(records: readonly RunRecord[], primary: string): string {
  const last = records.flatMap(({ name, evaluations, result }) => {
    const evaluation = evaluations.at(-1);
    return evaluation === undefined || (result !== null && hasDiverged(result)) ? [] : [{ name, evaluation }];
  });
  const evaluations = last.map(({ evaluation }) => evaluation);
  const all = new Set(evaluations.flatMap(({ testMetrics }) => Object.keys(testMetrics ?? {})));
  const names = [...all].filter((name) => name !== primary && tells(name, records));
  if (names.length === 0) return "";
  const cells = ({ validationMetrics, testMetrics }: RecordedEvaluation): string[] =>
    names.flatMap((name) => {
      const values = evaluations.flatMap((own) => splits.map((split) => metricIn(own[split], name)));
      const { digits, scale } = metricUnit(name, values);
      return [validationMetrics, testMetrics].map((metrics) => fixed(metricIn(metrics, name), digits, scale));
    });
  const titles = names.flatMap((name) => [`validation ${metricTitle(name)}`, `test ${metricTitle(name)}`]);
  const rows = last.map(({ name, evaluation }) => [name, ...cells(evaluation)]);
  return `<h2>Other metrics</h2>\n${table([["run", ...titles], ...rows], "At the last evaluation.")}\n`;
}

/** Five of at most five classes always hold the right one: a top-5 error that is 0 throughout tells nothing. */
function tells(name: string, records: readonly RunRecord[]): boolean {
  if (name !== "top5Error") return true;
  return records.some(({ evaluations }) => evaluations.some(({ testMetrics }) => metricIn(testMetrics, name) !== 0));
}

function metricIn(metrics: Metrics | null | undefined, name: string): number | null {
  return metrics && Object.hasOwn(metrics, name) ? metrics[name]! : null;
}
