/**
 * experiment.json: the plan of an experiment, in its folder.
 *
 * The file carries its own hash, so that damage and edits show. Whether it is this folder's the runs tell, whose own
 * settings are sealed: each run that is there must have the settings that the plan has for it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { isHashed } from "entropy-sgd-training/formats";
import { isThere, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { contentOf, withOwnHash } from "../io/digest.ts";
import { requireRealFolder, writeWhole } from "../io/files.ts";
import { readConfig } from "../runs/readRun.ts";
import { checkedSettings } from "../settings/checkedSettings.ts";
import { sameTraining } from "../settings/sameTraining.ts";
import { type ExperimentPlan, experimentKinds, type PlannedRun } from "./experiment.ts";

/** Name of the file. */
const planFile = "experiment.json";

/** The name that comparisons had for a list of their runs, when they alone had one. */
const comparisonFile = "comparison.json";

const maxBytes = 256 * 2 ** 20;
const name = z.string().regex(/^[a-z][a-z0-9-]*-\d+$/);
const planSchema = z.strictObject({
  kind: z.enum(experimentKinds),
  runs: z.array(z.strictObject({ name, condition: z.string(), settings: z.unknown() })).min(1),
  details: z.unknown(),
});
const comparisonSchema = z.array(z.object({ name, settings: z.unknown() })).min(1);

/** The path of the file with the plan of the experiment in a folder; null where there is none. */
export function planFileIn(out: string): string | null {
  return [planFile, comparisonFile].map((own) => join(out, own)).find((path) => existsSync(path)) ?? null;
}

/** Writes the plan to the experiment's folder. */
export function writePlan(out: string, plan: ExperimentPlan, requireHeld?: () => void): void {
  const { kind, details } = plan;
  const runs = plan.runs.map(({ name: own, condition, settings }) => ({ name: own, condition, settings }));
  writeWhole(join(out, planFile), withOwnHash(JSON.stringify({ kind, runs, details })), requireHeld);
}

/** The plan in a file. @throws InputError if it is malformed or damaged */
export function readPlan(file: string): ExperimentPlan {
  const text = readPlainText(file, maxBytes);
  try {
    if (file.endsWith(planFile)) return checkedRuns(planSchema.parse(JSON.parse(contentOf(text, file))), file);
    // The first comparisons had no hash in the file.
    const runs = comparisonSchema.parse(JSON.parse(isHashed(text) ? contentOf(text, file) : text));
    const plan = checkedRuns(
      { kind: "compare", runs: runs.map((run) => ({ ...run, condition: "" })), details: null },
      file,
    );
    return { ...plan, runs: plan.runs.map((run) => ({ ...run, condition: run.settings.optimizer })) };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError({ path: file, rule: "malformed" });
  }
}

function checkedRuns(plan: z.output<typeof planSchema>, file: string): ExperimentPlan {
  const runs = plan.runs.map((run) => ({ ...run, settings: checkedSettings(run.settings, file) }));
  if (new Set(runs.map((run) => run.name)).size < runs.length)
    throw new InputError({ path: file, rule: "names a run twice" });
  return { ...plan, runs };
}

/**
 * The first run of these that is in its folder with other settings, if any. One whose settings cannot be read fails alone,
 * when its turn comes.
 *
 * @throws InputError if a run's folder is a link
 */
export function differentRun(out: string, runs: readonly PlannedRun[]): PlannedRun | undefined {
  return runs.find((run) => {
    const path = join(out, run.name);
    if (!isThere(path)) return false;
    requireRealFolder(path);
    if (!existsSync(join(path, "config.json"))) return false;
    try {
      return !sameTraining(readConfig(path).settings, run.settings);
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  });
}
