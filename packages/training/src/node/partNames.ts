/** What the parts of a data set are called in names of files and folders. */
import { join } from "node:path";
import { type Listing, listingOf } from "./listing.ts";

/** A part of a data set. */
export type PartName = "train" | "validation" | "test";

const words: Readonly<Record<string, PartName>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
};

/** The part that a word names; null for another word. */
function partNamed(word: string): PartName | null {
  const lower = word.toLowerCase();
  return Object.hasOwn(words, lower) ? words[lower]! : null;
}

/** The folders in a folder that are called as parts are. */
export function partFolders({ path, folders }: Listing): Partial<Record<PartName, Listing>> {
  const found = folders.flatMap((folder): [PartName, Listing][] => {
    const part = partNamed(folder);
    return part === null ? [] : [[part, listingOf(join(path, folder))]];
  });
  // The training part first, whose classes are those of all.
  found.sort(([a], [b]) => Number(b === "train") - Number(a === "train"));
  return Object.fromEntries(found);
}
