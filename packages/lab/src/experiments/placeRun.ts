/** A run that was trained elsewhere: its folder is there as a whole and checked, or not at all. */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, type RunResult } from "entropy-sgd-training";
import { cannot } from "entropy-sgd-training/node";
import { entriesOf, isUnused, makeFolder, syncFolder, temporaryName, writeNew, writeWhole } from "../io/files.ts";
import { keepNetworkFiles, readNetworkFiles } from "../runner/networkFiles.ts";
import { lockHolder } from "../runs/lock.ts";
import { readConfig } from "../runs/readRun.ts";
import { configText } from "../runs/runFolder.ts";
import { writeSeal } from "../runs/seal.ts";
import type { Settings } from "../settings/settings.ts";
import { plainPath } from "./plainPath.ts";
import { endedResult } from "./runAll.ts";

/** A file by its path in the run's folder. */
export interface RunFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The largest file of a run that travels. */
export const maxFileBytes: number = 2 ** 31;

/** What stays where it is: the copy of the network, which the planner has, and the lock. */
const staying = new Set(["network", "lock"]);

/** Paths of the plain files in a run's folder that make it the run elsewhere too. */
export function sentFilesOf(run: string, below: string = ""): string[] {
  return entriesOf(join(run, below)).flatMap((name) => {
    if (below === "" && staying.has(name)) return [];
    const path = below === "" ? name : `${below}/${name}`;
    const stats = lstatSync(join(run, path));
    if (stats.isDirectory()) return sentFilesOf(run, path);
    // What has another name is none of a run's files.
    return stats.isFile() && plainPath.test(path) ? [path] : [];
  });
}

/** What a run must be, to be put in a place. */
export interface ExpectedRun {
  readonly settings: Settings;
  /** SHA-256 of the data; null where it is not known. */
  readonly checksum: string | null;
  /** A folder of the run with a copy of a network of the user's own; without it that is where the settings say. */
  readonly networkIn?: string;
}

/**
 * Puts a run that has ended into `path` from its files. They are written beside it, checked, and renamed in one step.
 *
 * The place of data and network are those of the expected settings then, as if it had been trained here.
 *
 * @param requireHeld - called just before the rename
 * @throws InputError if the files are not those of a whole run of these settings and data, or another process writes the place
 */
export async function placeRun(
  path: string,
  files: AsyncIterable<RunFile> | Iterable<RunFile>,
  expected: ExpectedRun,
  requireHeld?: () => void,
): Promise<RunResult> {
  const temporary = temporaryName(path);
  try {
    makeFolder(temporary);
    for await (const file of files) writeFile(temporary, file);
    const { settings, checksum, networkIn } = expected;
    const result = endedResult(temporary, settings, checksum);
    if (result === null) throw new InputError({ path, rule: "what came back is no whole run that has ended" });
    sealHere(temporary, settings, networkIn ?? null);
    requireHeld?.();
    putInPlace(temporary, path);
    return result;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what a process that was killed has left of runs that it put into a folder. */
export function removeUnplaced(out: string): void {
  for (const name of readdirSync(out)) {
    if (/\.[0-9a-f]{12}\.tmp$/.test(name) && lstatSync(join(out, name)).isDirectory())
      rmSync(join(out, name), { recursive: true });
  }
}

function writeFile(folder: string, { path, bytes }: RunFile): void {
  const [first] = path.split("/");
  if (staying.has(first!)) throw new InputError({ path: folder, rule: "a run's files do not hold it", value: path });
  makeFolder(join(folder, dirname(path)));
  writeNew(join(folder, path), bytes);
}

/** Data and network are where the settings say. */
function sealHere(folder: string, settings: Settings, networkIn: string | null): void {
  const nothing = (): void => {};
  const trained = readConfig(folder);
  const { data, dataOptions, networkFile } = settings;
  const identity = { ...trained, settings: { ...trained.settings, data, dataOptions, networkFile } };
  const network = readNetworkFiles(identity.settings, networkIn);
  if (network !== null) keepNetworkFiles(folder, network, nothing);
  writeWhole(join(folder, "config.json"), configText(identity));
  writeSeal(folder, identity, nothing);
}

/** @throws InputError if another process writes the run that is there, such as a `resume` of it */
function putInPlace(whole: string, path: string): void {
  try {
    if (existsSync(path)) {
      const holder = lockHolder(path);
      if (holder !== null) throw new InputError({ path, rule: `in use by process ${holder.pid} on ${holder.host}` });
      // What was begun here is worth less than what has ended elsewhere.
      const old = temporaryName(path);
      if (!isUnused(path)) renameSync(path, old);
      else rmSync(path, { recursive: true });
      renameSync(whole, path);
      rmSync(old, { recursive: true, force: true });
    } else renameSync(whole, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw cannot(path, "be written", error);
  }
}
