import { join } from "node:path";
import type { HoldOutOptions } from "../data/holdOut.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import type { PartOptions } from "./assemble.ts";
import { cacheFolder } from "./cacheFolder.ts";
import type { DataOptions } from "./dataOptions.ts";
import type { KnownFile } from "./download.ts";
import { isThere } from "./plainFiles.ts";

/** A data set that commands know by name, and whom it fits before it is loaded. */
export type NamedDataSet = PackagedDataSet | FetchedDataSet;

interface Named {
  readonly name: string;
  /** Shape of one example; null where it follows from how the data are read. */
  readonly inputShape: readonly number[] | null;
  readonly numClasses: number | null;
}

/** A data set that comes with the packages. */
export interface PackagedDataSet extends Named {
  load(options: HoldOutOptions): DataSet;
}

/** A data set whose files are fetched once, on request, into the cache folder, where a reader of files reads them. */
export interface FetchedDataSet extends Named {
  /** A tar.gz with the files; absent where each has an address of its own. */
  readonly archive?: KnownFile;
  /** The files by name: where they come from; of an archive, in whatever folder, their md5 sums. */
  readonly files: Readonly<Record<string, KnownFile | string>>;
  /** SHA-256 of the data as their reader gives it. */
  readonly checksum: string;
  /** How the reader reads them where the user does not say. */
  readonly options: DataOptions;
  /** What is held out where the user does not say; what is absent is the reader's to say. */
  readonly parts: PartOptions;
  /** How else to come by the files, as the end of a sentence. */
  readonly otherwise: string;
}

/** Whether the files of a data set are fetched. */
export function isFetched(data: NamedDataSet): data is FetchedDataSet {
  return "files" in data;
}

/** Of data whose shapes follow from their files and how they are read: no network has them by name. */
export const shapeFromFiles: Pick<Named, "inputShape" | "numClasses"> = { inputShape: null, numClasses: null };

/** The files that are fetched. */
function downloadsOf({ archive, files }: Pick<FetchedDataSet, "archive" | "files">): KnownFile[] {
  return archive === undefined ? Object.values(files).filter((file) => typeof file !== "string") : [archive];
}

/** The folder of a data set's files, whether they are there or not. */
export function folderOf({ name }: Pick<FetchedDataSet, "name">): string {
  return join(cacheFolder(), name);
}

/** Whether a data set is fetched. @throws InputError for a folder without one of its files, as cleaning of a cache may leave it */
export function isFetchedWhole(data: FetchedDataSet): boolean {
  const path = folderOf(data);
  if (!isThere(path)) return false;
  const missing = Object.keys(data.files).find((file) => !isThere(join(path, file)));
  if (missing === undefined) return true;
  const rule = `must hold the files of ${data.name}, ${missing} is missing; delete the folder and fetch them again`;
  throw new InputError({ path, rule });
}

/** The folder of a data set's files. @throws InputError that says how to get them, where they are not there */
export function fetchedFolder(data: FetchedDataSet): string {
  if (isFetchedWhole(data)) return folderOf(data);
  const { name, otherwise } = data;
  const downloads = downloadsOf(data);
  const size = Math.round(downloads.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20);
  const rule = `not fetched yet; "entropy-sgd data ${name} --download" gets it (${size} MiB from ${downloads[0]!.address}), or ${otherwise}`;
  throw new InputError({ code: "missing", path: name, rule });
}

/** @throws InputError if the data that were read are not those of the name */
export function requireOriginal({ checksum, name }: FetchedDataSet, path: string, found: string): void {
  if (found === checksum) return;
  const rule = `the data must be those of ${name}, with the SHA-256 ${checksum}; delete the folder and fetch them again`;
  throw new InputError({ path, rule, value: found, got: `found ${found}` });
}
