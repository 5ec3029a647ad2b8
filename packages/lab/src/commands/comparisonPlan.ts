/**
 * comparison.json: the runs of a comparison, in its folder.
 *
 * The file carries its own hash, so that damage and edits show. Whether it is this folder's the runs tell, whose own
 * settings are sealed: each run that is there must be named, with the settings that it has.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { isThere, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { contentOf, isHashed, withOwnHash } from "../io/digest.ts";
import { entriesOf, isUnused, requireRealFolder } from "../io/files.ts";
import { readConfig } from "../runs/readRun.ts";
import { sameTraining } from "../settings/sameTraining.ts";
import { checkedSettings, type Settings } from "../settings/settings.ts";

/** One run of a comparison. */
export interface ComparedRun {
  /** Of its folder. */
  readonly name: string;
  readonly settings: Settings;
}

/** Name of the file. */
export const planFile = "comparison.json";

const maxPlanBytes = 16 * 2 ** 20;
const planSchema = z.array(z.object({ name: z.string().regex(/^[a-z-]+-\d+$/), settings: z.unknown() }));

/** The text of the file. */
export function planText(plan: readonly ComparedRun[]): string {
  return withOwnHash(JSON.stringify(plan));
}

/**
 * The runs of the comparison in a folder; files made before there were hashes in them are believed, as far as the runs do
 * not contradict them.
 *
 * @throws InputError if the file is malformed or damaged, or the folder has runs that it does not name or of other settings
 */
export function readPlan(out: string): readonly ComparedRun[] {
  const file = join(out, planFile);
  const plan = parsedPlan(readPlainText(file, maxPlanBytes), file);
  if (plan.length === 0) throw new InputError(`${file}: names no run`);
  const names = new Set(plan.map(({ name }) => name));
  for (const name of entriesOf(out)) {
    if (names.has(name) || !existsSync(join(out, name, "config.json"))) continue;
    throw new InputError(
      `${file}: does not name the run ${name} in its folder; it is another comparison's, or the run is`,
    );
  }
  for (const { name, settings } of plan) {
    const run = join(out, name);
    if (isThere(run)) requireRealFolder(run);
    if (isUnused(run) || sameTraining(readConfig(run).settings, settings)) continue;
    throw new InputError(
      `${file}: has other settings for ${name} than the run; it is another comparison's, or the run is`,
    );
  }
  return plan;
}

function parsedPlan(text: string, file: string): ComparedRun[] {
  try {
    const parsed = planSchema.parse(JSON.parse(isHashed(text) ? contentOf(text, file) : text));
    return parsed.map(({ name, settings }) => ({ name, settings: checkedSettings(settings, file) }));
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`${file}: malformed`);
  }
}
