/** A run that was trained elsewhere: its folder is there as a whole and checked, or not at all. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, type RunResult } from "entropy-sgd-training";
import { cannot } from "entropy-sgd-training/node";
import { entriesOf, isUnused, makeFolder, syncFolder, temporaryName, writeNew, writeWhole } from "../io/files.ts";
import { refusalIn } from "../io/refusals.ts";
import { keepNetworkFiles, readNetworkFiles } from "../runner/networkFiles.ts";
import { lockHolder } from "../runs/lock.ts";
import { readConfig, readRun, weightsOf } from "../runs/readRun.ts";
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

/** The files are not those of a whole run of the expected settings and data; others of the same run may be. */
export class UnfitFiles extends InputError {}

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
 * @throws UnfitFiles if the files are not those of a whole run of these settings and data; InputError if the place cannot be
 *   written, or another process writes it
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
    const { settings, networkIn } = expected;
    const result = resultIn(temporary, expected);
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

/** What the file system says where two files cannot be together in a folder of their own, or a path is too long. */
const pathFaults: readonly unknown[] = ["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG"];

function writeFile(folder: string, { path, bytes }: RunFile): void {
  const [first] = path.split("/");
  if (staying.has(first!)) throw new UnfitFiles({ name: path, rule: "is none of the files of a run that travel" });
  const file = join(folder, path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeNew(file, bytes);
  } catch (error) {
    if (!pathFaults.includes((error as NodeJS.ErrnoException).code)) throw cannot(file, "be written", error);
    throw new UnfitFiles({ name: path, rule: "cannot be written beside the other files of the run" });
  }
}

/** The result of the run in a folder. @throws UnfitFiles with the reason where that is no whole run as expected */
function resultIn(folder: string, { settings, checksum }: ExpectedRun): RunResult {
  try {
    const result = endedResult(folder, settings, checksum);
    if (result !== null) return result;
    // Reading it says what is wrong.
    const run = readRun(folder);
    if (run.result?.interrupted === false) weightsOf(folder, run);
  } catch (error) {
    // The folder is gone when this is read.
    throw new UnfitFiles((refusalIn(error) ?? `internal error: ${error}`).replaceAll(join(folder, "/"), ""));
  }
  throw new UnfitFiles("is no whole run that has ended");
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
