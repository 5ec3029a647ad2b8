/** Deleting runs from a folder: only runs, none that a process is writing, nothing outside the folder. */
import { lstatSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import { InputError } from "entropy-sgd-training";
import { cannot } from "entropy-sgd-training/node";
import { requireRealFolder, temporaryName } from "../io/files.ts";
import { acquireLock, type Lock } from "./lock.ts";
import type { FindHolder, StoredRun } from "./storedRun.ts";

/**
 * The run of a name below a folder.
 *
 * @param runs - by their names
 * @throws InputError for a name that leaves the folder, by `..`, as an absolute path or through a symbolic link, and for
 *   a folder that is not a run
 */
export function runNamed(folder: string, name: string, runs: ReadonlyMap<string, StoredRun>): StoredRun {
  const refuse = (why: string): never => {
    throw new InputError({ name: `--run ${JSON.stringify(name)}`, rule: why });
  };
  const parts = name.split(sep === "\\" ? /[\\/]/ : "/").filter((part) => part !== "" && part !== ".");
  if (isAbsolute(name) || parts.includes("..")) refuse(`must be the name of a run below ${folder}`);
  if (parts.length === 0) refuse(`must be the name of a run below ${folder}, not the folder itself`);
  parts.reduce((parent, part) => {
    const path = join(parent, part);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) refuse(`there is no such run in ${folder}`);
    if (stats?.isSymbolicLink()) refuse(`${path} is a symbolic link, which may lead out of ${folder}`);
    return path;
  }, folder);
  const run = runs.get(parts.join("/"));
  return run === undefined || run.status === "foreign" ? refuse("is no run") : run;
}

/** @throws InputError if a living process writes one of the runs */
export function requireUnused(runs: readonly StoredRun[], findHolder: FindHolder): void {
  for (const { name, path } of runs) {
    const holder = findHolder(path);
    if (holder === null) continue;
    throw new InputError({
      path: name,
      rule: `is in use by process ${holder.pid} on ${holder.host}; nothing was deleted`,
    });
  }
}

/**
 * Deletes runs, and calls `deleted` after each.
 *
 * All are locked before the first is changed. Each is first renamed to a temporary name, which no command takes for a run: a
 * kill in between leaves no folder that looks like a whole run.
 *
 * @throws InputError if one cannot be locked, and then nothing is deleted; or at the first that cannot be deleted
 */
export function deleteRuns(folder: string, runs: readonly StoredRun[], deleted: (run: StoredRun) => void): void {
  const locks: Lock[] = [];
  try {
    for (const { name, path } of runs) {
      requireNoLinks(folder, name);
      // Not synced: a crash may leave an empty lock in a run that is about to be deleted.
      locks.push(acquireLock(path, [], { sync: false }));
    }
    for (const run of runs) {
      remove(folder, run);
      deleted(run);
    }
  } finally {
    // The lock was deleted with the run.
    for (const lock of locks) lock.release();
  }
}

function remove(folder: string, { name, path }: StoredRun): void {
  // File systems limit the length of names, and the temporary one is longer.
  const kept = Buffer.byteLength(basename(path)) <= 200 ? `.${basename(path)}` : "";
  const aside = join(dirname(path), temporaryName(kept));
  try {
    requireNoLinks(folder, name);
    renameSync(path, aside);
    rmSync(aside, { recursive: true });
  } catch (error) {
    throw cannot(path, "be deleted", error);
  }
}

/** A link may have taken the place of a folder since the runs were found. */
function requireNoLinks(folder: string, name: string): void {
  name.split("/").reduce((parent, part) => {
    const path = join(parent, part);
    try {
      requireRealFolder(path);
    } catch (error) {
      throw cannot(path, "be read", error);
    }
    return path;
  }, folder);
}
