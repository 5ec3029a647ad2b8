/** reproduction.json read again: its runs, of which everything else is computed anew. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, shown } from "entropy-sgd-training";
import { strictJson } from "entropy-sgd-training/formats";
import { readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { eventsName } from "../../runs/eventFile.ts";
import { readRun } from "../../runs/readRun.ts";
import { brokenRule } from "../../settings/brokenRule.ts";
import { sameTraining, trainingDifferences } from "../../settings/sameTraining.ts";
import { counted } from "../../statistics/words.ts";
import type { PlannedRun } from "../experiment.ts";
import { planReproduction } from "./planReproduction.ts";
import { type ReproducedRun, reproducedRun, runFromJson } from "./reproducedRun.ts";
import type { ReproductionRuns } from "./reproductionResult.ts";
import { type ReproductionName, reproductionNames } from "./reproductions.ts";

/** Name of the file in the folder of a reproduction. */
export const reproductionFile = "reproduction.json";

const maxBytes = 256 * 2 ** 20;
const maxDepth = 16;
const fileSchema = z.object({
  name: z.enum(reproductionNames),
  scale: z.number().gt(0).max(1),
  seeds: z.int().min(1),
  runs: z.array(z.unknown()),
});

/** The runs in a file. @throws InputError if it is missing or malformed, or if a run is none of those of the experiment that it names */
export function readReproduction(file: string): ReproductionRuns {
  const { value } = strictJson(readPlainText(file, maxBytes), maxDepth, (why) => {
    throw new InputError({ path: file, rule: why });
  });
  const parsed = fileSchema.safeParse(value, { error: brokenRule });
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const name = path.length === 0 ? {} : { name: path.map(String).join(".") };
    throw new InputError({ path: file, ...name, rule: message });
  }
  const { runs, ...details } = parsed.data;
  const read = { ...details, runs: runs.map((run, at) => runFromJson(run, file, `runs.${at}`)) };
  requirePlanned(read, file);
  return read;
}

/** @throws InputError for a run that the reproduction does not have, has twice, or has with other settings */
function requirePlanned({ runs, ...details }: ReproductionRuns, path: string): void {
  const planned = new Map(planReproduction(details).runs.map((run) => [run.name, run]));
  const { scale, seeds } = details;
  const which = `reproduce ${details.name} at scale ${scale}`;
  for (const { name, condition, settings } of runs) {
    const own = planned.get(name);
    if (own?.condition !== condition) {
      throw new InputError({
        path,
        name,
        rule: `must be a run of ${which} with ${counted(seeds, "seed")}, and be there once`,
      });
    }
    const [different] = trainingDifferences(own.settings, settings);
    if (different !== undefined) {
      const rule = `must have the settings of ${which}: ${different.name} ${shown(different.one)}`;
      throw new InputError({ path, name, rule, value: different.other });
    }
    planned.delete(name);
  }
}

/** The reproductions whose files are there, by the place of the file of an experiment. @throws InputError as `readReproduction` */
export function reproductionsAt(fileOf: (name: ReproductionName) => string): ReproductionRuns[] {
  return reproductionNames
    .map(fileOf)
    .filter((file) => existsSync(file))
    .map(readReproduction);
}

/**
 * The planned runs that have begun in a folder.
 *
 * @throws InputError for a run of other settings, or one that cannot be read
 */
export function runsThere(out: string, runs: readonly PlannedRun[]): ReproducedRun[] {
  return runs.flatMap(({ name, condition, settings }) => {
    const path = join(out, name);
    if (!existsSync(join(path, eventsName))) return [];
    const record = readRun(path);
    if (sameTraining(record.settings, settings)) return [reproducedRun(record, condition)];
    throw new InputError({ path, rule: "holds a run of other settings than the reproduction's" });
  });
}
