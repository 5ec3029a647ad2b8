/**
 * The files of a checkpoint: everything a run needs to resume with the same bits.
 *
 *   weights.safetensors     evaluation point and batch-norm statistics, for any reader of the format
 *   optimizer.safetensors   the optimizer's vectors, and the states that recurrent layers carry (`carried:<name>`)
 *   events.jsonl            the run's events so far
 *   state.json              everything else, and the length and SHA-256 of these files and of its own content
 *
 * Where they are kept is the host's: a folder in Node, a record of the browser's database in a page.
 */
import type { PlainData, Vector } from "entropy-sgd";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { ResumePoint, TrainSnapshot } from "../loop/events.ts";
import {
  type CheckpointFile,
  type CheckpointState,
  checkpointMark,
  type Retreat,
  readState,
} from "./checkpointState.ts";
import { type Digests, digestsBy, type FileDigest, requireDigest } from "./digest.ts";
import type { CreateHash } from "./hashing.ts";
import { type NamedTensor, type SafetensorsCodec, safetensorsBy } from "./safetensors.ts";

/** What a run is, beside its place: its settings, what it runs on, its data. */
export interface CheckpointIdentity {
  readonly settings: unknown;
  readonly environment: unknown;
  /** SHA-256 of the data; null for data that have none. */
  readonly dataChecksum: string | null;
}

/** What is written to a checkpoint. */
export interface NewCheckpointContent extends CheckpointIdentity {
  /** How many rollbacks the run had. */
  readonly rollbacks: number;
  /** The rollback from which it has not recovered yet; null without one. */
  readonly retreat?: Retreat | null;
  readonly snapshot: TrainSnapshot;
  /** events.jsonl up to here, in pieces. */
  readonly events: Iterable<Uint8Array>;
}

/** The content of a checkpoint. */
export interface CheckpointContent extends CheckpointIdentity {
  readonly rollbacks: number;
  readonly retreat: Retreat | null;
  readonly point: ResumePoint;
  /** events.jsonl in pieces, which are checked as they are read. */
  readonly events: Iterable<Uint8Array>;
  /** The bytes of weights.safetensors. */
  readonly weights: Uint8Array;
}

/** The parts of a model that a weights file holds. */
export interface RunModel {
  readonly layout: readonly ParameterBlock[];
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/** What a weights file says of its weights. */
export interface WeightsOrigin {
  readonly network: string;
  readonly gradients: number;
}

/** A file that is to be written. */
export interface FileToWrite {
  readonly name: CheckpointFile | "state.json";
  /** To be used up before the next file is asked for. */
  readonly pieces: Iterable<Uint8Array>;
}

/** How a reader gets at the files; a name of a file for messages. */
export interface CheckpointSource {
  pathOf(name: CheckpointFile | "state.json"): string;
  /** The text of state.json. */
  state(): string;
  bytesOf(name: CheckpointFile): Uint8Array;
  piecesOf(name: CheckpointFile): Iterable<Uint8Array>;
}

/** Checkpoints by the hashes of a host. */
export interface CheckpointCodec {
  /**
   * The files of a checkpoint in the order they are to be written; a checkpoint is whole when all are.
   *
   * Vectors are given as views of the run's memory, without a copy. Cost: reading every vector twice.
   *
   * @param network - its name, for the weights file
   * @param pathOf - names of files for messages
   * @throws InputError for a state above the reader's limit
   */
  files(
    checkpoint: NewCheckpointContent,
    model: RunModel,
    network: string,
    pathOf: CheckpointSource["pathOf"],
  ): Generator<FileToWrite, void, void>;
  /** What state.json says. @throws InputError if it is damaged, malformed or of another version */
  state(text: string, path: string): CheckpointState;
  /** Reads a checkpoint and checks every byte of it. @throws InputError if anything is missing, damaged or of another version */
  read(source: CheckpointSource): CheckpointContent;
  /** weights.safetensors: parameters by their names, then batch-norm statistics. */
  weightsPieces(params: Float32Array, model: RunModel, origin: WeightsOrigin): Iterable<Uint8Array>;
}

/** The largest state.json. */
export const maxStateBytes: number = 256 * 2 ** 20;

/** Reads and writes checkpoints with the hashes of a host. */
export function checkpointsBy(createHash: CreateHash): CheckpointCodec {
  const [digests, safetensors] = [digestsBy(createHash), safetensorsBy(createHash)];
  const state = (text: string, path: string): CheckpointState => readState(digests.contentOf(text, path), path);
  const weightsPieces: CheckpointCodec["weightsPieces"] = (params, model, origin) =>
    weightsIn(safetensors, params, model, origin);
  return {
    state,
    weightsPieces,
    *files({ snapshot, events, retreat = null, ...rest }, model, network, pathOf) {
      const { position, optimizer, params, statistics, carried = {} } = snapshot;
      const seen: Partial<Record<CheckpointFile, FileDigest>> = {};
      const hashed = (name: CheckpointFile, pieces: Iterable<Uint8Array>): FileToWrite => ({
        name,
        pieces: digested(digests, pieces, (digest) => {
          seen[name] = digest;
        }),
      });
      const origin = { network, gradients: position.gradients };
      yield hashed("weights.safetensors", weightsPieces(params, { ...model, statistics }, origin));
      const vectors = tensorsOf({ ...optimizer.vectors, ...withPrefix(carried) });
      yield hashed("optimizer.safetensors", safetensors.pieces({ tensors: vectors, metadata: {} }));
      yield hashed("events.jsonl", events);
      const content = {
        ...checkpointMark,
        ...rest,
        ...(retreat === null ? {} : { retreat }),
        position,
        optimizer: optimizer.json,
        files: seen,
      };
      const text = digests.withOwnHash(JSON.stringify(content));
      if (text.length > maxStateBytes) {
        const rule = `must have at most ${maxStateBytes} bytes`;
        throw new InputError({
          path: pathOf("state.json"),
          rule,
          value: text.length,
          got: `it would have ${text.length}`,
        });
      }
      yield { name: "state.json", pieces: [new TextEncoder().encode(text)] };
    },
    read: (source) => read(source, state(source.state(), source.pathOf("state.json")), digests, safetensors),
  };
}

function read(
  { pathOf, bytesOf, piecesOf }: CheckpointSource,
  state: CheckpointState,
  { digestOf, checkedPieces }: Digests,
  { decode }: SafetensorsCodec,
): CheckpointContent {
  const checked = (name: CheckpointFile): Uint8Array => {
    const bytes = bytesOf(name);
    requireDigest(pathOf(name), digestOf([bytes]), state.files[name], "state.json");
    return bytes;
  };
  const eventsFile = pathOf("events.jsonl");
  const wanted = state.files["events.jsonl"];
  const events = {
    [Symbol.iterator]: () => checkedPieces(piecesOf("events.jsonl"), eventsFile, wanted, "state.json"),
  };
  for (const _ of events);
  const vectorsOf = (name: CheckpointFile, bytes: Uint8Array) =>
    Object.fromEntries(decode(bytes, pathOf(name)).tensors.map((tensor) => [tensor.name, tensor.data]));
  const weights = checked("weights.safetensors");
  const { vectors, carried } = withoutPrefix(vectorsOf("optimizer.safetensors", checked("optimizer.safetensors")));
  const { settings, environment, dataChecksum, rollbacks, retreat = null, position, optimizer } = state;
  return {
    settings,
    environment,
    dataChecksum,
    rollbacks,
    retreat,
    point: {
      position,
      // `deserialise` checks the optimizer's part leaf by leaf.
      optimizer: { json: optimizer as PlainData, vectors },
      statistics: vectorsOf("weights.safetensors", weights),
      ...(Object.keys(carried).length > 0 && { carried }),
    },
    events,
    weights,
  };
}

/** Before the names of carried states, which no vector of an optimizer has. */
const carriedPrefix = "carried:";

function withPrefix(carried: Readonly<Record<string, Vector>>): Record<string, Vector> {
  return Object.fromEntries(Object.entries(carried).map(([name, state]) => [carriedPrefix + name, state]));
}

/** The optimizer's vectors and the carried states of a file that has both. */
function withoutPrefix(all: ResumePoint["statistics"]) {
  const entries = Object.entries(all);
  const isCarried = ([name]: [string, unknown]): boolean => name.startsWith(carriedPrefix);
  return {
    vectors: Object.fromEntries(entries.filter((entry) => !isCarried(entry))),
    carried: Object.fromEntries(
      entries.filter(isCarried).map(([name, state]) => [name.slice(carriedPrefix.length), state]),
    ),
  };
}

function weightsIn(
  safetensors: SafetensorsCodec,
  params: Float32Array,
  { layout, statistics }: RunModel,
  { network, gradients }: WeightsOrigin,
): Iterable<Uint8Array> {
  const weights = layout.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: params.subarray(offset, offset + sizeOf(shape)),
  }));
  const metadata = { network, gradients: String(gradients) };
  return safetensors.pieces({ tensors: [...weights, ...tensorsOf(statistics)], metadata });
}

function tensorsOf(vectors: Readonly<Record<string, Vector>>): NamedTensor[] {
  return Object.entries(vectors).map(([name, data]) => ({ name, shape: [data.length], data }));
}

/** The same pieces; gives their digest when they are used up. */
function* digested(
  { digester }: Digests,
  pieces: Iterable<Uint8Array>,
  done: (digest: FileDigest) => void,
): Iterable<Uint8Array> {
  const all = digester();
  for (const piece of pieces) {
    all.update(piece);
    yield piece;
  }
  done(all.digest());
}
