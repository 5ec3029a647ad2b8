/**
 * One checkpoint on disk: a folder with the files of the format (entropy-sgd-training/formats).
 *
 * It is written under a temporary name, synced and renamed: a checkpoint under its own name is whole, unless the disk damaged
 * it later, which the checksums show.
 */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, type LoopPosition } from "entropy-sgd-training";
import {
  type CheckpointCodec,
  type CheckpointContent,
  type CheckpointIdentity,
  type CheckpointState,
  checkpointsBy,
  type FileDigest,
  maxStateBytes,
  type NewCheckpointContent,
  type RunModel,
} from "entropy-sgd-training/formats";
import { piecesOf, readPlain, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { requireRealFolder, syncFolder, temporaryName, writeNew } from "../io/files.ts";
import { checkedSettings } from "../settings/checkedSettings.ts";
import type { Settings } from "../settings/settings.ts";
import { type Environment, environmentSchema } from "./environment.ts";

/** The settings, data and machine of a run. */
export interface RunIdentity extends CheckpointIdentity {
  readonly settings: Settings;
  readonly environment: Environment;
}

/** What is written to a checkpoint. */
export type NewCheckpoint = RunIdentity & NewCheckpointContent;

/** The content of a checkpoint. */
export type Checkpoint = RunIdentity & CheckpointContent;

const maxFileBytes = 2 ** 32;
const codec: CheckpointCodec = checkpointsBy(createHash);

/**
 * Writes a checkpoint to `path`, which must not exist yet, whole or not at all.
 *
 * Vectors are written from the run's memory without a copy. Cost: reading every vector three times.
 *
 * @param requireHeld - called just before the rename, which does not happen if it throws
 */
export function writeCheckpoint(
  path: string,
  checkpoint: NewCheckpoint,
  model: RunModel,
  requireHeld: () => void = () => {},
): void {
  const temporary = temporaryName(path);
  try {
    mkdirSync(temporary);
    const { network } = checkpoint.settings;
    for (const { name, pieces } of codec.files(checkpoint, model, network, (file) => join(path, file))) {
      writeNew(join(temporary, name), pieces);
    }
    syncFolder(temporary);
    requireHeld();
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Reads a checkpoint and checks every byte of it.
 *
 * @throws InputError if anything is missing, damaged or of another version
 */
export function readCheckpoint(path: string): Checkpoint {
  requireRealFolder(path);
  const content = codec.read({
    pathOf: (name) => join(path, name),
    state: () => stateText(path),
    bytesOf: (name) => readPlain(join(path, name), maxFileBytes),
    piecesOf: (name) => piecesOf(join(path, name), maxFileBytes),
  });
  return { ...content, ...identityIn(content, path) };
}

/** Where a checkpoint is in its run. */
export interface CheckpointPlace {
  readonly position: LoopPosition;
  readonly outerSteps: number;
}

/** The place of a checkpoint, from its state.json alone, whose checksum is verified. @throws InputError as `readCheckpoint` */
export function readPlace(path: string): CheckpointPlace {
  const { position, optimizer } = readState(path);
  return { position, outerSteps: outerStepsOf(optimizer) };
}

const stateSchema = z.object({ state: z.object({ progress: z.object({ outerSteps: z.int().min(0) }) }) });

/** Outer steps so far, of an optimizer's state as `serialise` gives it; 0 where it counts none. */
export function outerStepsOf(optimizer: unknown): number {
  return stateSchema.safeParse(optimizer).data?.state.progress.outerSteps ?? 0;
}

/** Length and SHA-256 of a checkpoint's weights.safetensors, from its state.json alone. @throws InputError as `readCheckpoint` */
export function readWeightsDigest(path: string): FileDigest {
  return readState(path).files["weights.safetensors"];
}

/** The settings of a checkpoint, from its state.json alone. @throws InputError as `readCheckpoint` */
export function readSettings(path: string): Settings {
  return identityIn(readState(path), path).settings;
}

/** weights.safetensors: parameters by their names, then batch-norm statistics. */
export function weightsPieces(
  params: Float32Array,
  model: RunModel,
  { network }: Settings,
  gradients: number,
): Iterable<Uint8Array> {
  return codec.weightsPieces(params, model, { network, gradients });
}

function readState(path: string): CheckpointState {
  requireRealFolder(path);
  return codec.state(stateText(path), join(path, "state.json"));
}

function stateText(path: string): string {
  return readPlainText(join(path, "state.json"), maxStateBytes);
}

/** @throws InputError with the field and its rule */
function identityIn({ settings, environment, dataChecksum }: CheckpointIdentity, path: string): RunIdentity {
  const file = join(path, "state.json");
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw new InputError({ path: file, rule: `${["environment", ...at].map(String).join(".")}: ${message}` });
  }
  return { settings: checkedSettings(settings, file), environment: parsed.data, dataChecksum };
}
