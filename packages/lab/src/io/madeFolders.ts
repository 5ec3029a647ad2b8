/** Folders that are made for results of which there are none in the end. */
import { AsyncLocalStorage } from "node:async_hooks";
import { rmdirSync } from "node:fs";

/** Those that the work at hand has made, in their order; several commands may run in one process. */
const made = new AsyncLocalStorage<string[]>();

/** Says that a folder was made. */
export function folderMade(path: string): void {
  made.getStore()?.push(path);
}

/**
 * Does `work`; of the folders that it has made, those that are empty then are removed: a command makes its folder to see that it can
 * be written, and may be refused afterwards.
 */
export async function leavingNoEmptyFolder<Result>(work: () => Promise<Result>): Promise<Result> {
  const folders: string[] = [];
  try {
    return await made.run(folders, work);
  } finally {
    for (const folder of folders.reverse()) removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds something, or is not there any more.
  }
}
