/**
 * Saved runs in a browser: checkpoints in its database, each a record with the files that a checkpoint has in Node.
 *
 * The database and not the file system of the origin (OPFS), because a transaction writes a checkpoint with all its files or not
 * at all: OPFS cannot rename folders, and gives synced writes to workers alone.
 */

import {
  type CheckpointCodec,
  type CheckpointContent,
  checkpointsBy,
  type FileToWrite,
  type NewCheckpointContent,
  type RunModel,
} from "../formats/checkpoint.ts";
import { joined } from "../formats/joined.ts";
import { InputError } from "../inputError.ts";
import type { LoopPosition } from "../loop/events.ts";
import { createHash } from "./createHash.ts";
import { type Database, type Key, openDatabase, type Table } from "./database.ts";
import { withRunLock } from "./runLock.ts";

/** What a list of saved runs shows. */
export interface SavedRun {
  readonly name: string;
  /** As they were given to `write`. */
  readonly settings: unknown;
  /** Of the newest checkpoint that can be read. */
  readonly position: LoopPosition;
  /** Of all its checkpoints. */
  readonly bytes: number;
}

/** The newest intact checkpoint of a run, and what is wrong with the newer ones. */
export interface FoundSave {
  /** null for a run without checkpoints. */
  readonly checkpoint: CheckpointContent | null;
  readonly skipped: readonly string[];
}

/** A saved run that this tab alone holds. */
export interface HeldSave {
  /** @throws InputError if there are checkpoints and all are damaged */
  newest(): Promise<FoundSave>;
  /**
   * Writes a checkpoint whole or not at all; the two newest are kept.
   *
   * Cost: reading every vector three times and a copy of them.
   *
   * @param network - its name, for the weights file
   * @throws InputError if the browser has no room; the earlier ones are untouched then
   */
  write(checkpoint: NewCheckpointContent, model: RunModel, network: string): Promise<void>;
}

/** The saved runs of the page's origin. */
export interface RunStore {
  /** The runs with a checkpoint whose state can be read, by name. */
  list(): Promise<readonly SavedRun[]>;
  /**
   * Does `work` while this tab alone holds the run, which need not exist yet.
   *
   * @returns what `work` returns
   * @throws InputError where another tab or worker holds it
   */
  hold<T>(name: string, work: (run: HeldSave) => Promise<T>): Promise<T>;
  /** Deletes a run; nothing happens where there is none. @throws InputError as `hold` */
  delete(name: string): Promise<void>;
  close(): void;
}

type Files = Readonly<Record<FileToWrite["name"], Uint8Array>>;

const keepLast = 2;
const codec: CheckpointCodec = checkpointsBy(createHash);

/**
 * Opens the saved runs of the page's origin.
 *
 * @throws InputError where the browser has no database, or gives none to this page
 * @see docs/browser.md, "Saved runs and tabs", for a training that goes on
 */
export async function runStore(): Promise<RunStore> {
  const database = await openDatabase("entropy-sgd");
  return {
    list: () => database.transaction(listed),
    hold: (name, work) => withRunLock(name, () => work(heldSave(database, name))),
    delete: (name) =>
      withRunLock(name, () =>
        database.transaction(async (table) => {
          for (const key of await keysOf(table, name)) await table.delete(key);
        }),
      ),
    close: () => database.close(),
  };
}

function heldSave(database: Database, name: string): HeldSave {
  return {
    newest: () => database.transaction((table) => newestIntact(table, name)),
    async write(checkpoint, model, network) {
      // The whole record before the transaction, which ends by itself where nothing is asked of it.
      const files: Partial<Record<FileToWrite["name"], Uint8Array>> = {};
      for (const { name: file, pieces } of codec.files(checkpoint, model, network, (file) => `${name}: ${file}`)) {
        files[file] = joined([...pieces]);
      }
      await database.transaction(async (table) => {
        const keys = await keysOf(table, name);
        await table.put([name, (keys.at(-1)?.[1] ?? 0) + 1], files);
        for (const key of keys.slice(0, 1 - keepLast)) await table.delete(key);
      });
    },
  };
}

async function newestIntact(table: Table, name: string): Promise<FoundSave> {
  const skipped: string[] = [];
  for (const key of [...(await keysOf(table, name))].reverse()) {
    const record = await table.get(key);
    try {
      return { checkpoint: codec.read(sourceOf(record, key)), skipped };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push(error.message);
    }
  }
  if (skipped.length === 0) return { checkpoint: null, skipped };
  throw new InputError({ path: `saved run ${name}`, rule: `no checkpoint is intact (${skipped.join("; ")})` });
}

async function listed(table: Table): Promise<SavedRun[]> {
  const runs = new Map<string, SavedRun>();
  for (const key of await table.keys()) {
    const record = await table.get(key);
    const bytes = (runs.get(key[0])?.bytes ?? 0) + sizeOf(record);
    try {
      const source = sourceOf(record, key);
      const { settings, position } = codec.state(source.state(), source.pathOf("state.json"));
      runs.set(key[0], { name: key[0], settings, position, bytes });
    } catch (error) {
      // `newest` says what is wrong with it.
      if (!(error instanceof InputError)) throw error;
    }
  }
  return [...runs.values()];
}

async function keysOf(table: Table, name: string): Promise<readonly Key[]> {
  return (await table.keys()).filter(([run]) => run === name);
}

/** The files of a record, for the reader of checkpoints. */
function sourceOf(record: unknown, [name, number]: Key) {
  const pathOf = (file: FileToWrite["name"]): string => `saved run ${name}: checkpoint ${number}: ${file}`;
  const bytesOf = (file: FileToWrite["name"]): Uint8Array => {
    const bytes = (record as Partial<Files> | undefined)?.[file];
    if (bytes instanceof Uint8Array) return bytes;
    throw new InputError({ code: "missing", path: pathOf(file), rule: "missing" });
  };
  const state = (): string => new TextDecoder().decode(bytesOf("state.json"));
  return { pathOf, state, bytesOf, piecesOf: (file: FileToWrite["name"]) => [bytesOf(file)] };
}

function sizeOf(record: unknown): number {
  return Object.values(Object(record)).reduce<number>(
    (sum, bytes) => sum + (bytes instanceof Uint8Array ? bytes.length : 0),
    0,
  );
}
