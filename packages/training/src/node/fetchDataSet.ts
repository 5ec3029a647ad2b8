/** Fetches the files of a data set into the cache folder. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { InputError } from "../inputError.ts";
import { makeWhole } from "./cacheFolder.ts";
import { type DownloadOptions, download } from "./download.ts";
import { type FetchedDataSet, folderOf, isFetchedWhole } from "./namedDataSet.ts";

/** Options of `fetchFiles`. */
export interface FetchOptions extends DownloadOptions {
  /** Another address with the same archive, such as a mirror's; without an archive, of a folder with the files by the same names. */
  readonly from?: string;
}

/**
 * Fetches a data set and puts its files in the cache folder, all of them or none; there is nothing to do where they are there. Two that fetch at once do not disturb each other.
 *
 * @returns the folder
 * @throws InputError as `download`; for a folder that is there without one of the files, an archive without one, a file with another
 *   md5 sum, and a cache folder that cannot be written; Interruption after a signal
 */
export async function fetchFiles(data: FetchedDataSet, { from, ...options }: FetchOptions = {}): Promise<string> {
  const folder = folderOf(data);
  if (isFetchedWhole(data)) return folder;
  const files = data.archive === undefined ? await eachOf(data, from, options) : await unpacked(data, from, options);
  await makeWhole(folder, (part) => {
    for (const [name, bytes] of files) writeFileSync(join(part, name), bytes);
  });
  return folder;
}

/** The files of a data set, each from its address. */
async function eachOf(data: FetchedDataSet, from: string | undefined, { onProgress, ...options }: DownloadOptions) {
  const files = new Map<string, Uint8Array>();
  let before = 0;
  for (const [name, known] of Object.entries(data.files)) {
    if (typeof known === "string") continue;
    const address = from === undefined ? known.address : `${from.replace(/\/$/, "")}/${basename(known.address)}`;
    const progress = { onProgress: (bytes: number) => onProgress?.(before + bytes) };
    files.set(name, await download({ ...known, address }, { ...options, ...progress }));
    before += known.bytes;
  }
  return files;
}

/** The files of a data set in its archive. */
async function unpacked(data: FetchedDataSet, from: string | undefined, options: DownloadOptions) {
  const archive = data.archive!;
  const address = from ?? archive.address;
  return filesOf(data, address, await download({ ...archive, address }, options));
}

/** The files of a data set in its packed archive. */
function filesOf(data: FetchedDataSet, address: string, packed: Uint8Array): Map<string, Uint8Array> {
  const entries = parseTar(gunzipSync(packed), { filter: ({ name }) => basename(name) in data.files });
  const byName = new Map(entries.map(({ name, data: bytes }) => [basename(name), bytes]));
  return new Map(
    Object.entries(data.files).map(([name, md5]) => {
      const bytes = byName.get(name);
      if (bytes === undefined) throw new InputError({ path: address, name, rule: "the archive must have this file" });
      const found = createHash("md5").update(bytes).digest("hex");
      if (found === md5) return [name, bytes];
      throw new InputError({
        path: address,
        name,
        rule: `its md5 must be ${md5}`,
        value: found,
        got: `found ${found}`,
      });
    }),
  );
}
