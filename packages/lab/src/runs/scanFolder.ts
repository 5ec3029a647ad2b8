/** Finding the runs in a folder, by names alone: no file is opened. */
import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { cannot, isMissing } from "entropy-sgd-training/node";
import { entriesOf } from "../io/files.ts";

/** How many levels of folders are searched. */
export const maxDepth = 4;

/** A folder or symbolic link, by its path below the folder that was searched, with `/` between its parts. */
export interface FoundFolder {
  readonly name: string;
  readonly path: string;
  /** Why it is not a run, and holds none; null for a run. */
  readonly foreign: string | null;
}

/**
 * The runs in `folder`, and entries that hold no run, in order of their names.
 *
 * A folder with a config.json is a run, and is not searched further. Symbolic links in the folder are not followed. Where
 * the folder itself is a run, its name is ".".
 *
 * @throws InputError if the folder is missing, no folder, or cannot be read
 */
export function scanFolder(folder: string): FoundFolder[] {
  let entries: string[];
  try {
    if (!statSync(folder).isDirectory()) throw new InputError({ path: folder, rule: "must be a folder" });
    if (isRun(folder)) return [{ name: ".", path: folder, foreign: null }];
    entries = entriesOf(folder);
  } catch (error) {
    if (isMissing(error)) throw new InputError({ path: folder, rule: "there is no such folder" });
    throw cannot(folder, "be read", error);
  }
  return below(folder, "", entries, 1);
}

/** The runs and foreign entries of a folder. */
function below(folder: string, prefix: string, entries: readonly string[], depth: number): FoundFolder[] {
  const found = entries.flatMap((entry) => ({ entry, own: search(join(folder, entry), prefix + entry, depth) }));
  // The figures of a report.
  const isReport = entries.includes("report.html");
  return found
    .filter(({ entry, own }) => !(isReport && entry === "figures" && !holdsRun(own)))
    .flatMap(({ own }) => own);
}

/** The runs at and below `path`; else one foreign folder; nothing for files. */
function search(path: string, name: string, depth: number): FoundFolder[] {
  const foreign = (reason: string): FoundFolder[] => [{ name, path, foreign: reason }];
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return foreign("symbolic link");
    if (!stats.isDirectory()) return [];
    if (isRun(path)) return [{ name, path, foreign: null }];
    if (depth === maxDepth) return foreign("holds no run");
    const found = below(path, `${name}/`, entriesOf(path), depth + 1);
    return holdsRun(found) ? found : foreign("holds no run");
  } catch (error) {
    // Removed since its name was read.
    if (isMissing(error)) return [];
    return foreign(cannot(path, "be read", error).message);
  }
}

function holdsRun(found: readonly FoundFolder[]): boolean {
  return found.some(({ foreign }) => foreign === null);
}

/** Whether there is an entry config.json; reading it refuses anything but a plain file. */
function isRun(path: string): boolean {
  return lstatSync(join(path, "config.json"), { throwIfNoEntry: false }) !== undefined;
}
