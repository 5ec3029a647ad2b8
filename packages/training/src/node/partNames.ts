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

/** The part in a name such as `ptb.train`; null where no word of it names one, or several do. */
export function partIn(name: string): PartName | null {
  const [part, another] = name.split(/[-_. ]/).flatMap((word) => partNamed(word) ?? []);
  return part !== undefined && another === undefined ? part : null;
}

/** What an array holds. */
export type ArrayRole = "inputs" | "targets";

const roles: Readonly<Record<string, ArrayRole>> = {
  inputs: "inputs",
  input: "inputs",
  x: "inputs",
  data: "inputs",
  images: "inputs",
  features: "inputs",
  targets: "targets",
  target: "targets",
  y: "targets",
  labels: "targets",
  label: "targets",
};

/** Part and role of an array by its name, such as `x_train`; without a part it is for training. null for other names. */
export function arrayNamed(name: string): { readonly part: PartName; readonly role: ArrayRole } | null {
  const parts = name.toLowerCase().split(/[-_. ]/);
  const [role, anotherRole] = parts.flatMap((word) => (Object.hasOwn(roles, word) ? [roles[word]!] : []));
  const [part = "train", anotherPart] = parts.flatMap((word) => partNamed(word) ?? []);
  if (role === undefined || anotherRole !== undefined || anotherPart !== undefined || parts.length > 2) return null;
  return { part, role };
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
