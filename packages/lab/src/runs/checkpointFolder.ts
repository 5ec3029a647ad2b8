/**
 * The checkpoints of a run: numbered folders, of which the last and the best are kept.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { costsOf, InputError } from "entropy-sgd-training";
import type { FileDigest, Retreat, RunModel } from "entropy-sgd-training/formats";
import { cannot } from "entropy-sgd-training/node";
import { makeFolderWithin, requireRealFolder, temporaryName } from "../io/files.ts";
import type { Settings } from "../settings/settings.ts";
import {
  type Checkpoint,
  type CheckpointPlace,
  type NewCheckpoint,
  outerStepsOf,
  readCheckpoint,
  readPlace,
  readSettings,
  readWeightsDigest,
  writeCheckpoint,
} from "./checkpointFormat.ts";

/** How one checkpoint is written and read; the test of faults replaces it, to prove that it detects them. */
export const checkpointFiles: {
  write: (path: string, checkpoint: NewCheckpoint, model: RunModel, requireHeld: () => void) => void;
  read: (path: string) => Checkpoint;
} = { write: writeCheckpoint, read: readCheckpoint };

/** Which checkpoints are kept. */
export interface Retention {
  readonly keepLast: number;
  readonly keepBest: number;
  /**
   * Where the run is one of several replicas, the newest checkpoint of an earlier outer step is kept too: all go on from a step of
   * which each has one, and others may be killed before they have made that of the newest.
   */
  readonly replica?: number | null;
}

/** A checkpoint that was passed over. */
export interface SkippedCheckpoint {
  readonly name: string;
  readonly why: string;
}

/** The newest intact checkpoint, and the damaged ones after it. */
export interface FoundCheckpoint {
  readonly name: string | null;
  readonly checkpoint: Checkpoint | null;
  readonly skipped: readonly SkippedCheckpoint[];
}

/** A checkpoint by its outer step. */
export interface PlacedCheckpoint extends Pick<Checkpoint, "events"> {
  readonly name: string;
  readonly outerSteps: number;
}

const folderName = "checkpoints";
const namePattern = /^\d{3,}$/;

/**
 * The newest intact checkpoint of a run; none for a run without checkpoints.
 *
 * @param before - only a checkpoint of fewer gradients is taken
 * @throws InputError if there are checkpoints and all are damaged
 */
export function newestIntact(run: string, before: number = Number.POSITIVE_INFINITY): FoundCheckpoint {
  const skipped: SkippedCheckpoint[] = [];
  let isEarly = false;
  for (const name of checkpointNames(run).reverse()) {
    try {
      const checkpoint = checkpointFiles.read(join(run, folderName, name));
      if (checkpoint.point.position.gradients < before) return { name, checkpoint, skipped };
      isEarly = true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push({ name, why: error.message });
    }
  }
  if (skipped.length === 0 || isEarly) return { name: null, checkpoint: null, skipped };
  const list = skipped.map(({ why }) => why).join("; ");
  throw new InputError({ path: join(run, folderName), rule: `no checkpoint is intact (${list})` });
}

/** A run's intact checkpoints, oldest first; how many are damaged. */
export function intactCheckpoints(run: string): {
  readonly intact: readonly PlacedCheckpoint[];
  readonly damaged: number;
} {
  const names = checkpointNames(run);
  const intact = names.flatMap((name) => {
    try {
      const { point, events } = checkpointFiles.read(join(run, folderName, name));
      return [{ name, outerSteps: outerStepsOf(point.optimizer.json), events }];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
  return { intact, damaged: names.length - intact.length };
}

/** The settings in a run's newest checkpoint whose state.json is intact; null without one. */
export function newestSettings(run: string): Settings | null {
  for (const name of checkpointNames(run).reverse()) {
    try {
      return readSettings(join(run, folderName, name));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return null;
}

/** The digest of weights.safetensors at a gradient, from a checkpoint there; null without one whose state.json is intact. */
export function weightsDigestAt(run: string, gradients: number): FileDigest | null {
  const name = keptOnes(run).find((one) => one.gradients === gradients)?.name;
  return name === undefined ? null : readWeightsDigest(join(run, folderName, name));
}

/**
 * The weights.safetensors of the checkpoint at an evaluation.
 *
 * @throws InputError if there is no such checkpoint, or it is damaged
 */
export function weightsAt(run: string, gradients: number): Uint8Array {
  const name = keptOnes(run).find((one) => one.gradients === gradients)?.name;
  if (name !== undefined) return checkpointFiles.read(join(run, folderName, name)).weights;
  const rule = `has no intact checkpoint at gradient ${gradients}, the best evaluation, to restore its weights from`;
  throw new InputError({ path: join(run, folderName), rule });
}

/** Names of a run's checkpoints, oldest first. */
export function checkpointNames(run: string): string[] {
  const folder = join(run, folderName);
  if (!existsSync(folder)) return [];
  requireRealFolder(folder);
  return readdirSync(folder)
    .filter((name) => namePattern.test(name))
    .sort((a, b) => Number(a) - Number(b));
}

/** Removes temporary files of a killed process; only for the holder of the run's lock. */
export function removeLeftovers(run: string): void {
  const folder = join(run, folderName);
  if (existsSync(folder)) requireRealFolder(folder);
  for (const parent of existsSync(folder) ? [run, folder] : [run]) {
    for (const name of readdirSync(parent)) {
      // May belong to a process that is being refused the lock, which does not need it.
      if (name.endsWith(".tmp")) rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Writes checkpoints of one run and removes those that need not be kept. */
export interface CheckpointWriter {
  /** The name of the next one. */
  nextName(): string;
  /** Writes the next one; gives its name. @throws InputError if that is impossible; older ones are untouched then */
  write(checkpoint: NewCheckpoint): string;
}

interface Kept {
  readonly name: string;
  readonly gradients: number;
  readonly outerSteps: number;
  /** The validation value of the primary metric at the checkpoint, smaller being better; null where there was no evaluation. */
  readonly validationCost: number | null;
}

/** Options of a writer of checkpoints. */
export interface WriterOptions {
  /** Damaged checkpoints, which are not removed. */
  readonly skipped?: readonly SkippedCheckpoint[];
  /** Gradients where the run resumes: later intact checkpoints are obsolete, and removed. */
  readonly from?: number;
  /** Checkpoints before that of a rollback are kept until the run has recovered from it. */
  readonly retreat?: Retreat | null;
  /** Called before each change, which does not happen if it throws. */
  readonly requireHeld?: () => void;
}

/** A writer that continues the existing checkpoints. */
export function checkpointWriter(
  run: string,
  { keepLast, keepBest, replica = null }: Retention,
  model: RunModel,
  { skipped = [], from, retreat = null, requireHeld = () => {} }: WriterOptions = {},
): CheckpointWriter {
  let next = Number(checkpointNames(run).at(-1) ?? 0) + 1;
  const nextName = (): string => String(next).padStart(3, "0");
  const intact = keptOnes(run).filter(({ name }) => !skipped.some((one) => one.name === name));
  const isGivenUp = ({ gradients }: Kept): boolean => from !== undefined && gradients > from;
  let kept = intact.filter((one) => !isGivenUp(one));
  try {
    requireHeld();
    for (const { name } of intact.filter(isGivenUp)) remove(join(run, folderName), name);
  } catch (error) {
    throw cannot(join(run, folderName), "be written", error);
  }
  return {
    nextName,
    write(checkpoint) {
      const folder = makeFolderWithin(run, folderName);
      const name = nextName();
      try {
        checkpointFiles.write(join(folder, name), checkpoint, model, requireHeld);
        next += 1;
        const { position, optimizer } = checkpoint.snapshot;
        const outerSteps = outerStepsOf(optimizer.json);
        kept.push(keptAs(name, { position, outerSteps }));
        const isOver = retreat === null || position.gradients >= retreat.until;
        const refuges = isOver ? [] : kept.filter(({ gradients }) => gradients <= retreat.to);
        const earlier = replica === null ? [] : kept.filter((one) => one.outerSteps < outerSteps).slice(-1);
        const wanted = new Set([...kept.slice(-keepLast), ...bestOf(kept, keepBest), ...refuges, ...earlier]);
        for (const old of kept) if (!wanted.has(old)) remove(folder, old.name);
        kept = kept.filter((one) => wanted.has(one));
      } catch (error) {
        throw cannot(join(folder, name), "be written", error);
      }
      return name;
    },
  };
}

function keptOnes(run: string): Kept[] {
  return checkpointNames(run).flatMap((name) => {
    try {
      return [keptAs(name, readPlace(join(run, folderName, name)))];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  });
}

function keptAs(name: string, { position, outerSteps }: CheckpointPlace): Kept {
  const { gradients, evaluations } = position;
  const last = evaluations.at(-1);
  return {
    name,
    gradients,
    outerSteps,
    validationCost: last?.gradients === gradients ? costsOf(last).validation : null,
  };
}

/** The checkpoints of the k best validation values; of equal ones the earliest. */
function bestOf(kept: readonly Kept[], k: number): Kept[] {
  return kept
    .filter(({ validationCost }) => validationCost !== null)
    .sort((a, b) => a.validationCost! - b.validationCost!)
    .slice(0, k);
}

/** Removes a checkpoint; only for the holder of the run's lock. */
export function removeCheckpoint(run: string, name: string): void {
  remove(join(run, folderName), name);
}

/** Renames first, so that a kill in between leaves no incomplete checkpoint under its name. */
function remove(folder: string, name: string): void {
  const aside = temporaryName(join(folder, name));
  renameSync(join(folder, name), aside);
  rmSync(aside, { recursive: true, force: true });
}
