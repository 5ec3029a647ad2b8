/**
 * One checkpoint on disk: everything a run needs to resume with the same bits.
 *
 *   NNN/weights.safetensors     evaluation point and batch-norm statistics, for any reader of the format
 *   NNN/optimizer.safetensors   the optimizer's vectors
 *   NNN/events.jsonl            the run's events so far
 *   NNN/state.json              everything else, and the length and SHA-256 of these files and of its own content
 *
 * It is written under a temporary name, synced and renamed: a checkpoint under its own name is whole, unless the disk damaged
 * it later, which the checksums show.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PlainData, Vector } from "entropy-sgd";
import { InputError, type LoopPosition, type ResumePoint, type TrainSnapshot } from "entropy-sgd-training";
import { piecesOf, readPlain, readPlainText } from "entropy-sgd-training/node";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import { z } from "zod";
import {
  checkedPieces,
  contentOf,
  digester,
  digestOf,
  type FileDigest,
  fileDigestSchema,
  requireDigest,
  withOwnHash,
} from "../io/digest.ts";
import { requireRealFolder, syncFolder, temporaryName, writeNew } from "../io/files.ts";
import { decodeSafetensors, type NamedTensor, safetensorsPieces } from "../io/safetensors.ts";
import { strictJson } from "../io/strictJson.ts";
import { checkedSettings, type Settings } from "../settings/settings.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { finiteEvaluation } from "./eventSchemas.ts";

/** The settings, data and machine of a run. */
export interface RunIdentity {
  readonly settings: Settings;
  readonly environment: Environment;
  /** SHA-256 of the data; null for data that have none. */
  readonly dataChecksum: string | null;
}

/** A rollback from which a run has not recovered yet, in gradients. */
export interface Retreat {
  /** Where it went back to: the next rollback goes to an earlier checkpoint. */
  readonly to: number;
  /** Where the run counts as recovered. */
  readonly until: number;
}

/** What is written to a checkpoint. */
export interface NewCheckpoint extends RunIdentity {
  /** How many rollbacks the run had. */
  readonly rollbacks: number;
  /** The rollback from which it has not recovered yet; null without one. */
  readonly retreat?: Retreat | null;
  readonly snapshot: TrainSnapshot;
  /** events.jsonl up to here, in pieces. */
  readonly events: Iterable<Uint8Array>;
}

/** The content of a checkpoint. */
export interface Checkpoint extends RunIdentity {
  readonly rollbacks: number;
  readonly retreat: Retreat | null;
  readonly point: ResumePoint;
  /** events.jsonl in pieces, which are checked as they are read. */
  readonly events: Iterable<Uint8Array>;
  /** The tensors of weights.safetensors. */
  readonly weights: Uint8Array;
}

/** The parts of a model that a weights file holds. */
export interface RunModel {
  readonly layout: readonly ParameterBlock[];
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/** The version of the layout of checkpoints. */
const checkpointVersion = 1;

const format = "entropy-sgd checkpoint";
const maxStateBytes = 256 * 2 ** 20;
const maxFileBytes = 2 ** 32;
/** States of the library are nested about six levels deep. */
const maxStateDepth = 32;

const number = z.number();
const positionSchema: z.ZodType<LoopPosition> = z.strictObject({
  gradients: z.int().min(0),
  batches: z.int().min(0),
  lossSum: number,
  nextEvaluation: z.int().min(0),
  seconds: number,
  gradientSeconds: number,
  evaluations: z.array(finiteEvaluation),
  stability: z
    .strictObject({
      sum: number,
      count: z.int().min(0),
      blocks: z.int().min(0),
      best: number,
      numAbove: z.int().min(0),
      warned: z.boolean(),
    })
    .optional(),
});
const stateSchema = z.strictObject({
  format: z.literal(format),
  version: z.literal(checkpointVersion),
  settings: z.unknown(),
  environment: environmentSchema,
  dataChecksum: z.string().nullable(),
  rollbacks: z.int().min(0),
  // Absent without one, and in checkpoints of earlier versions.
  retreat: z.strictObject({ to: z.int().min(0), until: z.int().min(0) }).exactOptional(),
  position: positionSchema,
  /** As the library's `serialise` gives it: vectors by name, counters of steps and noise; `deserialise` checks it. */
  optimizer: z.unknown(),
  files: z.strictObject({
    "weights.safetensors": fileDigestSchema,
    "optimizer.safetensors": fileDigestSchema,
    "events.jsonl": fileDigestSchema,
  }),
});

type State = z.infer<typeof stateSchema>;
type Files = State["files"];

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
  const { snapshot, events, retreat = null, ...rest } = checkpoint;
  const { position, optimizer, params, statistics } = snapshot;
  const temporary = temporaryName(path);
  try {
    mkdirSync(temporary);
    const put = (name: keyof Files, pieces: Iterable<Uint8Array>) => writeHashed(join(temporary, name), pieces);
    const files: Files = {
      "weights.safetensors": put(
        "weights.safetensors",
        weightsPieces(params, { ...model, statistics }, rest.settings, position.gradients),
      ),
      "optimizer.safetensors": put(
        "optimizer.safetensors",
        safetensorsPieces({ tensors: tensorsOf(optimizer.vectors), metadata: {} }),
      ),
      "events.jsonl": put("events.jsonl", events),
    };
    const state: State = {
      format,
      version: checkpointVersion,
      ...rest,
      ...(retreat === null ? {} : { retreat }),
      position,
      optimizer: optimizer.json,
      files,
    };
    const text = withOwnHash(JSON.stringify(state));
    if (text.length > maxStateBytes) {
      throw new InputError({
        path: join(path, "state.json"),
        rule: `must have at most ${maxStateBytes} bytes`,
        value: text.length,
        got: `it would have ${text.length}`,
      });
    }
    writeNew(join(temporary, "state.json"), text);
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
  const state = readState(path);
  const bytesOf = (name: keyof Files): Uint8Array<ArrayBuffer> => {
    const file = join(path, name);
    const bytes = readPlain(file, maxFileBytes);
    requireDigest(file, digestOf([bytes]), state.files[name], "state.json");
    return bytes;
  };
  const eventsFile = join(path, "events.jsonl");
  const wanted = state.files["events.jsonl"];
  const events = {
    [Symbol.iterator]: () => checkedPieces(piecesOf(eventsFile, maxFileBytes), eventsFile, wanted, "state.json"),
  };
  for (const _ of events);
  const vectorsOf = (name: keyof Files, bytes: Uint8Array) =>
    Object.fromEntries(decodeSafetensors(bytes, join(path, name)).tensors.map((tensor) => [tensor.name, tensor.data]));
  const weights = bytesOf("weights.safetensors");
  const vectors = vectorsOf("optimizer.safetensors", bytesOf("optimizer.safetensors"));
  const { settings, environment, dataChecksum, rollbacks, retreat = null, position, optimizer } = state;
  return {
    settings: checkedSettings(settings, join(path, "state.json")),
    environment,
    dataChecksum,
    rollbacks,
    retreat,
    point: {
      position,
      // `deserialise` checks the optimizer's part leaf by leaf.
      optimizer: { json: optimizer as PlainData, vectors },
      statistics: vectorsOf("weights.safetensors", weights),
    },
    events,
    weights,
  };
}

/** The position of a checkpoint, from its state.json alone, whose checksum is verified. @throws InputError as `readCheckpoint` */
export function readPosition(path: string): LoopPosition {
  return readState(path).position;
}

/** Length and SHA-256 of a checkpoint's weights.safetensors, from its state.json alone. @throws InputError as `readCheckpoint` */
export function readWeightsDigest(path: string): FileDigest {
  return readState(path).files["weights.safetensors"];
}

/** The settings of a checkpoint, from its state.json alone. @throws InputError as `readCheckpoint` */
export function readSettings(path: string): Settings {
  return checkedSettings(readState(path).settings, join(path, "state.json"));
}

/** weights.safetensors: parameters by their names, then batch-norm statistics. */
export function weightsPieces(
  params: Float32Array,
  { layout, statistics }: RunModel,
  settings: Settings,
  gradients: number,
): Iterable<Uint8Array> {
  const weights = layout.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: params.subarray(offset, offset + sizeOf(shape)),
  }));
  const metadata = { network: settings.network, gradients: String(gradients) };
  return safetensorsPieces({ tensors: [...weights, ...tensorsOf(statistics)], metadata });
}

function tensorsOf(vectors: Readonly<Record<string, Vector>>): NamedTensor[] {
  return Object.entries(vectors).map(([name, data]) => ({ name, shape: [data.length], data }));
}

/** Writes a new file; gives its length and hash. */
function writeHashed(path: string, pieces: Iterable<Uint8Array>): FileDigest {
  const all = digester();
  function* seen(): Iterable<Uint8Array> {
    for (const piece of pieces) {
      all.update(piece);
      yield piece;
    }
  }
  writeNew(path, seen());
  return all.digest();
}

function readState(path: string): State {
  requireRealFolder(path);
  const file = join(path, "state.json");
  const content = contentOf(readPlainText(file, maxStateBytes), file);
  const { value } = strictJson(content, maxStateDepth, (why) => {
    throw new InputError({ path: file, rule: why });
  });
  const parsed = stateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: at, message } = parsed.error.issues[0]!;
  throw new InputError({ path: file, rule: `${at.map(String).join(".") || "content"}: ${message}` });
}
