/** Where data sets that were fetched and what was computed of them are kept between runs. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cannot, isThere } from "./plainFiles.ts";

/** The user's folder for what can be fetched or computed again: `entropy-sgd` in that of the system, or in $XDG_CACHE_HOME. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: named, LOCALAPPDATA: local } = process.env;
  if (named) return join(named, "entropy-sgd");
  if (process.platform === "win32" && local) return join(local, "entropy-sgd", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "entropy-sgd");
  return join(homedir(), ".cache", "entropy-sgd");
}

/**
 * Makes a folder of files below the cache folder, with all of them or not at all; one that is there stays. Two that make it at once do not
 * disturb each other.
 *
 * @param fill - writes the files into the folder that it is given, which gets its name afterwards
 * @throws InputError where the folder cannot be written; what `fill` throws
 */
export async function makeWhole(folder: string, fill: (part: string) => void | Promise<void>): Promise<void> {
  let part: string | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    part = mkdtempSync(`${folder}.part-`);
    await fill(part);
    if (!isThere(folder)) renameSync(part, folder);
  } catch (error) {
    const isOfFiles = (error as NodeJS.ErrnoException).syscall !== undefined;
    throw isOfFiles ? cannot(folder, "be written", error) : error;
  } finally {
    if (part !== undefined) rmSync(part, { recursive: true, force: true });
  }
}
