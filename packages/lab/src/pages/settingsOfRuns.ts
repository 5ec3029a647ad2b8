/** The settings of some runs, optimizer beside optimizer, and where their rates come from. */
import { escaped, table } from "../report/htmlPage.ts";
import type { RunRecord } from "../runs/readRun.ts";
import { namesOf, settingsAndOptions } from "../runs/runFields.ts";
import { sourceOf } from "../settings/recipes.ts";
import { optimizersOf } from "./curves.ts";

type SetRun = Pick<RunRecord, "settings" | "start">;

/** The settings of each optimizer's first run; rows in which they differ are marked. */
export function settingsOfRuns(records: readonly SetRun[]): string {
  const names = optimizersOf(records);
  const flat = names.map((name) => {
    const { settings } = records.find((record) => record.settings.optimizer === name)!;
    return new Map(settingsAndOptions(settings));
  });
  const keys = namesOf(flat).filter((key) => key !== "optimizer" && key !== "seed");
  const rows = keys.map((key) => [key, ...flat.map((settings) => String(settings.get(key) ?? "") || "–")]);
  const differs = rows.map(([, ...values]) => new Set(values).size > 1);
  const settings = table([["setting", ...names], ...rows], "Rows in which the optimizers differ are shaded.", differs);
  return `${settings}\n<ul>${names.map((name) => `<li>${escaped(recipeLine(name, records))}</li>`).join("")}</ul>`;
}

/** The source of an optimizer's rates that the user did not set. */
function recipeLine(name: string, records: readonly SetRun[]): string {
  const { settings, start } = records.find((record) => record.settings.optimizer === name)!;
  const { network, recipe } = settings;
  return `${name}: ${recipe === null ? "made before recipes had names" : sourceOf(network, start.optimizer, recipe)}`;
}
