/** The report of a sweep: one self-contained HTML page. */
import type { SweepPlan } from "../experiments/sweep/planSweep.ts";
import type { SweepResult } from "../experiments/sweep/sweepResult.ts";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, table } from "../report/htmlPage.ts";
import type { Environment } from "../runs/environment.ts";
import { resultRows, sentencesOf } from "./sweepWords.ts";

/** What a page tells beside the results. */
export interface PageFacts {
  /** Name of the sweep's file. */
  readonly file: string;
  readonly plan: SweepPlan;
  readonly figures: readonly Figure[];
  /** The machine on which the sweep ended. */
  readonly environment: Environment;
}

/** The page. */
export function sweepPage(result: SweepResult, { file, plan, figures, environment }: PageFacts): string {
  const { head, rows } = resultRows(result);
  const { network, budget } = plan.runs[0]!.settings;
  const numSeeds = plan.configurations[0]!.runs.length;
  const lead =
    `${plan.configurations.length} configurations on ${network}, each trained for ${budget} effective ${budget === 1 ? "epoch" : "epochs"} ` +
    `${numSeeds === 1 ? "with one seed" : `with ${numSeeds} seeds`}.`;
  return htmlPage(
    `Sweep: ${file}`,
    `<p class="lead">${escaped(lead)}</p>
${listHtml(sentencesOf(result))}
${table([head, ...rows], "Best first; mean ± sample standard deviation over the seeds that reached the end of the budget.")}
${figures.map(figureHtml).join("\n")}
<h2>Runs</h2>
${table([["run", "configuration", "seed", "validation error %", "test error %", "seconds", "ended by"], ...runRows(result)], "Every run has a folder of its name beside this page.")}
${failures(result)}
<h2>Settings</h2>
${table([["setting", "value"], ...commonSettings(plan)], "What all configurations have in common.")}
<h2>Machine</h2>
${table([["", "value"], ...Object.entries(environment).map(([name, value]) => [name, String(value)])], "Where the sweep ended; the config.json of each run says where it was trained.")}`,
  );
}

function runRows({ ranked }: SweepResult): string[][] {
  const percent = (value: number | null): string => (value === null ? "–" : (100 * value).toFixed(2));
  return ranked.flatMap(({ configuration, runs }) =>
    runs.map(({ name, result }) => [
      ...[name, configuration.label, String(result.seed)],
      ...[percent(result.validationError), percent(result.testError), result.seconds.toFixed(0), result.reason],
    ]),
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
function commonSettings({ configurations }: SweepPlan): string[][] {
  const all = configurations.map(({ runs }) => {
    const { version: _, seed: __, options, ...rest } = runs[0]!.settings;
    return new Map(Object.entries({ ...rest, ...options }).map(([name, value]) => [name, text(value)]));
  });
  return [...all[0]!].filter(([name, value]) => all.every((other) => other.get(name) === value));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
