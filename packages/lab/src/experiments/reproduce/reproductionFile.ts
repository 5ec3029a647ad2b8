/** reproduction.json read again: its runs, of which everything else is computed anew. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { eventsName } from "../../runs/eventFile.ts";
import { readRun } from "../../runs/readRun.ts";
import { sameTraining } from "../../settings/sameTraining.ts";
import { planReproduction, type ReproductionRequest } from "./planReproduction.ts";
import { reproducedRun, runFromJson } from "./reproducedRun.ts";
import type { ReproductionRuns } from "./reproductionResult.ts";
import { reproductionNames } from "./reproductions.ts";

/** Name of the file in the folder of a reproduction. */
export const reproductionFile = "reproduction.json";

const maxBytes = 256 * 2 ** 20;
const fileSchema = z.object({
  name: z.enum(reproductionNames),
  scale: z.number().gt(0).max(1),
  seeds: z.int().min(1),
  runs: z.array(z.unknown()),
});

/** The runs in a file. @throws InputError if it is missing or malformed */
export function readReproduction(file: string): ReproductionRuns {
  const parsed = fileSchema.safeParse(jsonIn(file));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue];
    throw new InputError({ path: file, name: path.map(String).join("."), rule: message });
  }
  const { runs, ...details } = parsed.data;
  return { ...details, runs: runs.map((run) => runFromJson(run, file)) };
}

function jsonIn(file: string): unknown {
  const text = readPlainText(file, maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError({ path: file, rule: "malformed JSON" });
  }
}

/**
 * The runs of a reproduction that have begun in a folder, in the order of its plan.
 *
 * @param except - names of runs that cannot be read
 * @throws InputError for a run of other settings, or one that cannot be read
 */
export function runsThere(
  out: string,
  request: ReproductionRequest,
  except: ReadonlySet<string> = new Set(),
): ReproductionRuns {
  const { name, scale, seeds } = request;
  const runs = planReproduction(request).runs.flatMap(({ name: own, condition, settings }) => {
    const path = join(out, own);
    if (except.has(own) || !existsSync(join(path, eventsName))) return [];
    const record = readRun(path);
    if (sameTraining(record.settings, settings)) return [reproducedRun(record, condition)];
    throw new InputError({ path, rule: "holds a run of other settings than the reproduction's" });
  });
  return { name, scale, seeds, runs };
}
