/** The output of a sweep in its folder: report.html, figures/, sweep.json. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SweepPlan } from "../experiments/sweep/planSweep.ts";
import type { SweepResult } from "../experiments/sweep/sweepResult.ts";
import { makeFolderWithin, writeWhole } from "../io/files.ts";
import { writeFigures } from "../report/writeFigures.ts";
import { currentEnvironment } from "../runs/environment.ts";
import { summaryJson } from "../runs/summarise.ts";
import { sweepFigures } from "./sweepFigures.ts";
import { sweepPage } from "./sweepPage.ts";

/** A sweep's plan, folder and result. */
export interface SweepOutput {
  readonly out: string;
  readonly plan: SweepPlan;
  readonly result: SweepResult;
  /** Whether runs are missing because of a signal. */
  readonly interrupted: boolean;
}

/** Writes the numbers, and report and figures where some run has a result. Gives the report's path, or null. */
export function writeSweep(output: SweepOutput): string | null {
  const { out, plan, result } = output;
  writeWhole(join(out, "sweep.json"), `${JSON.stringify(sweepJson(output))}\n`);
  if (result.configurations.every(({ runs }) => runs.length === 0)) return null;
  const figures = sweepFigures(result);
  writeFigures(makeFolderWithin(out, "figures"), figures);
  const environment = currentEnvironment(plan.runs[0]!.settings.threads);
  const names = plan.runs.map(({ name }) => name);
  const reports = new Set(names.filter((name) => existsSync(join(out, name, "report.html"))));
  const page = join(out, "report.html");
  writeWhole(page, sweepPage(result, { plan, figures, reports, environment }));
  return page;
}

/** The results as `--json` prints them, best configuration first; errors are fractions. */
export function sweepJson({ plan, out, result, interrupted }: SweepOutput): object {
  const { criterion, ranked, best, difference, failed } = result;
  return {
    file: plan.details.file,
    out,
    interrupted,
    criterion: criterion.key,
    configurations: ranked.map(({ configuration, status, runs, summary }) => ({
      label: configuration.label,
      parameters: configuration.parameters,
      status,
      runs: runs.map(({ name, result: own }) => ({ name, ...own })),
      summary: summaryJson(summary),
    })),
    best: best?.configuration.label ?? null,
    difference,
    failed,
  };
}
