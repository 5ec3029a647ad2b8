/** Run folders of one plan, trained in several places, put together in one. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputError } from "entropy-sgd-training";
import { isRecord } from "entropy-sgd-training/formats";
import { readPlain } from "entropy-sgd-training/node";
import { digestOf } from "../io/digest.ts";
import { makeFolder, requireRealFolder } from "../io/files.ts";
import { endsInEnd } from "../runs/eventFile.ts";
import { type LockHooks, withLock } from "../runs/lease.ts";
import { readConfig, readRun, weightsOf } from "../runs/readRun.ts";
import { readSeal } from "../runs/seal.ts";
import { sameTraining } from "../settings/sameTraining.ts";
import type { ExperimentPlan, PlannedRun } from "./experiment.ts";
import { maxFileBytes, placeRun, type RunFile, removeUnplaced, sentFilesOf } from "./placeRun.ts";
import { planFileIn, readPlan, writePlan } from "./planFile.ts";

/** What is in the folder then. */
export interface MergedRuns {
  readonly plan: ExperimentPlan;
  /** Names of the runs that were put into it now. */
  readonly merged: readonly string[];
  /** Names of runs that have ended nowhere. */
  readonly missing: readonly string[];
}

/** A run that has ended, and where it is. */
interface EndedRun {
  readonly run: PlannedRun;
  readonly path: string;
  readonly dataChecksum: string | null;
  readonly weights: string | null;
}

/**
 * Puts the runs that have ended in some folders into one. Everything is checked first, then each run is copied as a whole.
 *
 * @param out - new, empty, or with runs of the same plan
 * @throws InputError for folders of different plans, a run that is there twice with different weights, data that differ, and runs
 *   that are damaged
 */
export async function mergeRuns(out: string, from: readonly string[], hooks: LockHooks = {}): Promise<MergedRuns> {
  const own = existsSync(out) ? planFileIn(out) : null;
  const folders = own === null ? from : [out, ...from];
  const plan = onePlan(folders);
  const found = plan.runs.flatMap((run) =>
    oneOf(folders.flatMap((folder) => endedRun(join(folder, run.name), run) ?? [])),
  );
  requireSameData(found);
  makeFolder(out);
  return withLock(out, hooks, async ({ requireHeld }) => {
    removeUnplaced(out);
    writePlan(out, plan, requireHeld);
    const merged: string[] = [];
    for (const { run, path, dataChecksum: checksum } of found) {
      const place = join(out, run.name);
      if (path === place) continue;
      await placeRun(place, filesOf(path), { settings: run.settings, checksum, networkIn: path }, requireHeld);
      merged.push(run.name);
    }
    const names = new Set(found.map(({ run }) => run.name));
    return { plan, merged, missing: plan.runs.map(({ name }) => name).filter((name) => !names.has(name)) };
  });
}

/** The plan that all folders have. @throws InputError */
function onePlan(folders: readonly string[]): ExperimentPlan {
  const plans = folders.map((folder) => {
    const file = existsSync(folder) ? planFileIn(folder) : null;
    if (file === null) throw new InputError({ path: folder, rule: "holds no experiment" });
    return { folder, plan: readPlan(file) };
  });
  const [first, ...others] = plans as [(typeof plans)[number], ...typeof plans];
  const different = others.find(({ plan }) => !isSame(first.plan, plan));
  if (different === undefined) return first.plan;
  throw new InputError({ path: different.folder, rule: `holds another experiment than ${first.folder}` });
}

function isSame(one: ExperimentPlan, other: ExperimentPlan): boolean {
  return (
    one.kind === other.kind &&
    one.runs.length === other.runs.length &&
    isDeepStrictEqual(withoutPlace(one.details), withoutPlace(other.details)) &&
    one.runs.every(({ name, condition, settings }, at) => {
      const same = other.runs[at]!;
      return name === same.name && condition === same.condition && sameTraining(settings, same.settings);
    })
  );
}

/** A sweep's file may be in another place on another machine. */
function withoutPlace(details: unknown): unknown {
  return isRecord(details) ? { ...details, file: null } : details;
}

/** The run in a folder; null where it has not ended. @throws InputError if it is damaged, or another's */
function endedRun(path: string, run: PlannedRun): EndedRun | null {
  if (!existsSync(join(path, "config.json"))) return null;
  requireRealFolder(path);
  if (readSeal(path) === null && !endsInEnd(path)) return null;
  const record = readRun(path);
  const { result, settings } = record;
  if (result === null || result.interrupted) return null;
  if (!sameTraining(settings, run.settings))
    throw new InputError({ path, rule: "holds a run of other settings than its experiment's plan" });
  if (result.reason !== "non-finite") weightsOf(path, record);
  const weights = join(path, "weights.safetensors");
  return {
    ...{ run, path, dataChecksum: readConfig(path).dataChecksum },
    weights: existsSync(weights) ? digestOf([readPlain(weights, maxFileBytes)]).sha256 : null,
  };
}

/** The first of the same run in several folders. @throws InputError if they are not the same to the bit */
function oneOf(found: readonly EndedRun[]): EndedRun[] {
  const [first] = found;
  if (first === undefined) return [];
  const different = found.find(({ weights }) => weights !== first.weights);
  if (different === undefined) return [first];
  const rule = `holds other weights than ${first.path}: the same run was trained twice, not to the same bits; leave one out`;
  throw new InputError({ path: different.path, rule });
}

function requireSameData(found: readonly EndedRun[]): void {
  const known = found.filter(({ dataChecksum }) => dataChecksum !== null);
  const different = known.find(({ dataChecksum }) => dataChecksum !== known[0]!.dataChecksum);
  if (different !== undefined)
    throw new InputError({ path: different.path, rule: `was trained on other data than ${known[0]!.path}` });
}

function* filesOf(run: string): Generator<RunFile> {
  for (const path of sentFilesOf(run)) yield { path, bytes: readPlain(join(run, path), maxFileBytes) };
}
