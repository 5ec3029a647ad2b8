/** The report of a sweep: one self-contained HTML page. */
import { basename } from "node:path";
import type { SweepPlan } from "../experiments/sweep/planSweep.ts";
import type { SweepResult } from "../experiments/sweep/sweepResult.ts";
import type { Figure } from "../report/drawFigure.ts";
import { type Cell, escaped, figureHtml, htmlPage, listHtml, table, tableOfCells } from "../report/htmlPage.ts";
import { type Environment, environmentPairs } from "../runs/environment.ts";
import { primaryResult } from "../runs/primaryMetric.ts";
import { settingsAndOptions } from "../runs/runFields.ts";
import { metricTitle, metricUnit } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";
import { resultRows, sentencesOf, valueColumns } from "./sweepWords.ts";

/** The content of a page beside the results. */
export interface PageFacts {
  readonly plan: SweepPlan;
  readonly figures: readonly Figure[];
  /** Names of the runs with a report of their own. */
  readonly reports: ReadonlySet<string>;
  /** The machine on which the sweep ended. */
  readonly environment: Environment;
}

/** The page. */
export function sweepPage(result: SweepResult, { plan, figures, reports, environment }: PageFacts): string {
  const { head, rows } = resultRows(result);
  // The label, in the first column, which stays visible, replaces the columns of values; next comes the quantity of the order.
  const numValues = valueColumns(plan.details.configurations).head.length;
  const [seeds, ...results] = head.slice(numValues);
  const ranking = rows.map((row, i) => [
    result.ranked[i]!.configuration.label,
    ...row.slice(numValues + 1),
    row[numValues]!,
  ]);
  const optimizers = new Set(
    plan.runs.map(({ settings: { optimizer, preset } }) => optimizer + (preset === null ? "" : ` (${preset})`)),
  );
  const { network, budget } = plan.runs[0]!.settings;
  const numSeeds = result.configurations[0]!.planned.length;
  const lead =
    `${plan.details.configurations.length} configurations of ${[...optimizers].join(" and ")} on ${network}, each trained for ${budget} effective ${budget === 1 ? "epoch" : "epochs"} ` +
    `${numSeeds === 1 ? "with one seed" : `with ${numSeeds} seeds`}.`;
  return htmlPage(
    `Sweep: ${basename(plan.details.file)}`,
    `<p class="lead">${escaped(lead)}</p>
${listHtml(sentencesOf(result))}
${table([["configuration", ...results, seeds!], ...ranking], "Best first; mean ± sample standard deviation over the seeds that reached the end of the budget.")}
${figures.map(figureHtml).join("\n")}
<h2>Runs</h2>
${tableOfCells([runHead(result), ...runRows(result, reports)], "Every run has a folder of its name beside this page.")}
${failures(result)}
<h2>Settings</h2>
${table([["setting", "value"], ...commonSettings(result)], "What all configurations have in common.")}
<h2>Machine</h2>
${table([["", "value"], ...environmentPairs(environment)], "Where the sweep ended; the config.json of each run says where it was trained.")}`,
  );
}

function runHead({ metric: { name } }: SweepResult): Cell[] {
  const metrics = ["validation", "test"].map((split) => `${split} ${metricTitle(name)}`);
  return ["run", ...metrics, "configuration", "seed", "seconds", "ended by"].map((text) => ({ text }));
}

function runRows({ metric, ranked }: SweepResult, reports: ReadonlySet<string>): Cell[][] {
  const all = ranked.flatMap(({ runs }) => runs.map(({ result }) => primaryResult(result)));
  const { digits, scale } = metricUnit(
    metric.name,
    all.flatMap(({ validation, test }) => [validation, test]),
  );
  return ranked.flatMap(({ configuration, runs }) =>
    runs.map(({ name, result }) => {
      const link = reports.has(name) ? { href: `${encodeURIComponent(name)}/report.html` } : {};
      const { validation, test } = primaryResult(result);
      const others = [
        fixed(validation, digits, scale),
        fixed(test, digits, scale),
        configuration.label,
        String(result.seed),
        fixed(result.seconds, 0),
        result.reason,
      ];
      return [{ text: name, ...link }, ...others.map((text) => ({ text }))];
    }),
  );
}

function failures({ failed }: SweepResult): string {
  if (failed.length === 0) return "";
  return table(
    [["run", "failed because"], ...failed.map(({ name, message }) => [name, message])],
    "Runs without a result.",
  );
}

/** Settings and options with the same value in all configurations. */
function commonSettings({ configurations }: SweepResult): string[][] {
  const all = configurations.map(({ planned }) => {
    const entries = settingsAndOptions(planned[0]!.settings).filter(([name]) => name !== "seed");
    return new Map(entries.map(([name, value]) => [name, String(value ?? "–")]));
  });
  return [...all[0]!].filter(([name, value]) => all.every((other) => other.get(name) === value));
}
