/** What lies at a path: a file, or a folder with the names in it. */
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { InputError } from "../inputError.ts";
import { cannotRead, isMissing } from "./plainFiles.ts";

/** A file or a folder of data. Links are followed: data may lie elsewhere. */
export interface Listing {
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** Names of the files in a folder, sorted; of a file its own. */
  readonly files: readonly string[];
  /** Names of the folders in a folder, sorted; those that begin with a dot are left out. */
  readonly folders: readonly string[];
  readonly isFolder: boolean;
}

/** Lists what is at a path. @throws InputError if nothing is, or it cannot be read */
export function listingOf(path: string): Listing {
  const whole = resolve(path);
  const name = basename(whole);
  try {
    if (!statSync(whole).isDirectory()) return { path: whole, name, files: [name], folders: [], isFolder: false };
    const entries = readdirSync(whole, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith("."))
      .map((entry) => ({
        name: entry.name,
        isFolder: entry.isSymbolicLink() ? leadsToFolder(whole, entry.name) : entry.isDirectory(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const named = (isFolder: boolean): string[] => entries.filter((e) => e.isFolder === isFolder).map((e) => e.name);
    return { path: whole, name, files: named(false), folders: named(true), isFolder: true };
  } catch (error) {
    if (isMissing(error))
      throw new InputError({ code: "missing", path: whole, rule: "there is no such folder or file" });
    throw cannotRead(whole, error);
  }
}

function leadsToFolder(folder: string, name: string): boolean {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The path of a file of a listing. */
export function fileIn({ path, isFolder }: Listing, file: string): string {
  return isFolder ? join(path, file) : path;
}

/** The beginning of the names of a folder, for messages. */
export function namesIn({ files, folders }: Listing): string {
  const names = [...folders.map((folder) => `${folder}/`), ...files];
  if (names.length === 0) return "nothing";
  return `${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`;
}
