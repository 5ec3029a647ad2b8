/** Images and labels in the format of MNIST (IDX), plain or gzip: MNIST, Fashion-MNIST, EMNIST. */
import { dirname } from "node:path";
import { type IdxFile, type IdxFileName, maxIdxBytes, splitOf } from "../../data/idx.ts";
import { numberedClasses, type Preparation } from "../../data/preparation.ts";
import { InputError } from "../../inputError.ts";
import { checksumOf } from "../checksum.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing, listingOf, namesIn } from "../listing.ts";
import { isThere, readPlain } from "../plainFiles.ts";
import { readIdxImages, readIdxPart } from "../readIdx.ts";

/** `emnist-letters-test-images-idx3-ubyte.gz`: whose set, which part, what of it. */
const fileName = /^(?<set>.*?)(?<part>train|t10k|test)-(?<what>images|labels)[-.]idx[13]-ubyte(\.gz)?$/;

/** Images 1×rows×columns of bytes p as (p − 126)/126; labels from 0 on, or from 1 on as EMNIST's letters have them. */
export const idx: DataReader = {
  name: "idx",
  what: "IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…; plain or .gz)",
  usual: { validation: 5000, test: 0, heldOut: "last" },
  recognises: ({ files }) => files.some((file) => fileName.test(file)),
  read: (listing, options) => readSet(setReader(listing), options),
  readExamples: readNewImages,
};

function readSet(read: (name: IdxFileName) => IdxFile, { classes }: DataOptions): ReadData {
  const train = readIdxPart(read("train-images"), read("train-labels"));
  const test = readIdxPart(read("t10k-images"), read("t10k-labels"));
  const inputShape = [1, train.rows, train.columns];
  if (test.rows !== train.rows || test.columns !== train.columns) {
    const rule = `images must be ${train.rows}×${train.columns} as those of training`;
    throw new InputError({ path: read("t10k-images").path, rule, value: `${test.rows}×${test.columns}` });
  }
  const { first, count } = classRange([train.labels, test.labels]);
  const classNames = classes ?? numberedClasses(count, first);
  if (count > classNames.length) {
    const rule = `must be ${count} names, the labels go up to ${count + first - 1}`;
    throw new InputError({ path: read("train-labels").path, name: "classes", rule, value: classNames.length });
  }
  return {
    train: splitOf(train, first, classNames.length),
    test: splitOf(test, first, classNames.length),
    checksum: checksumOf([train.pixels, train.labels, test.pixels, test.labels]),
    preparation: { format: idx.name, inputShape, classNames, targetShape: null },
    standardise: null,
  };
}

/** Ten classes where the labels are digits, otherwise as many as the largest label says; from 1 on where no label is 0. */
function classRange(parts: readonly Uint8Array[]): { readonly first: number; readonly count: number } {
  const labels = parts.flatMap((part) => [...new Set(part)]);
  const largest = Math.max(...labels);
  if (largest < 10) return { first: 0, count: 10 };
  const first = labels.includes(0) ? 0 : 1;
  return { first, count: largest + 1 - first };
}

/** Reads the files of a set by name. @throws InputError for one that is missing, or a folder with several sets */
export function setReader(listing: Listing): (name: IdxFileName) => IdxFile {
  const folder = listing.isFolder ? listing : listingOf(dirname(listing.path));
  const sets = new Set(
    (listing.isFolder ? folder : listing).files.flatMap((file) => fileName.exec(file)?.groups?.set ?? []),
  );
  if (sets.size > 1) {
    const rule = `must hold one set, there are ${[...sets].map((set) => `${set}…`).join(", ")}; name a file of one`;
    throw new InputError({ path: folder.path, rule });
  }
  const [set = ""] = sets;
  return (name) => {
    const [part, what] = name.split("-");
    const file = folder.files.find((candidate) => {
      const groups = fileName.exec(candidate)?.groups;
      return groups?.set === set && groups.what === what && (groups.part === "train") === (part === "train");
    });
    const rank = what === "images" ? 3 : 1;
    if (file === undefined) {
      const rule = `there must be a file ${set}${name}-idx${rank}-ubyte (or ${set}${name}-idx${rank}-ubyte.gz)`;
      throw new InputError({ path: folder.path, rule });
    }
    return readIdxFile(fileIn(folder, file));
  };
}

function readIdxFile(path: string): IdxFile {
  // Data may lie elsewhere and be linked; what a link leads to must be a plain file too.
  return { path, bytes: readPlain(path, maxIdxBytes, { followLinks: true }) };
}

function readNewImages(listing: Listing, preparation: Preparation, withTargets: boolean): ReadExamples {
  const { inputShape, classNames } = preparation;
  const path = fileIn(listing, newImages(listing));
  const images = readIdxImages(readIdxFile(path).bytes, path);
  if (String([1, images.rows, images.columns]) !== String(inputShape)) {
    const rule = `images must be ${inputShape.slice(1).join("×")}`;
    throw new InputError({ path, rule, value: `${images.rows}×${images.columns}` });
  }
  if (!withTargets) {
    const { labelOf: _, numClasses: __, ...examples } = splitOf({ ...images, labels: new Uint8Array() });
    return { examples, checksum: checksumOf([images.pixels]) };
  }
  const bare = path.replace(/images([-.])idx3/, "labels$1idx1").replace(/\.gz$/, "");
  const labelsPath = isThere(bare) ? bare : `${bare}.gz`;
  const { labels } = readIdxPart({ path, bytes: readIdxFile(path).bytes }, readIdxFile(labelsPath));
  const first = Number(classNames![0]);
  return {
    examples: splitOf({ ...images, labels }, first, classNames!.length),
    checksum: checksumOf([images.pixels, labels]),
  };
}

/** The file of images that is meant: the file itself, the only one of a folder, or that for test. */
function newImages(listing: Listing): string {
  const all = listing.files.filter((file) => fileName.exec(file)?.groups?.what === "images");
  const tests = all.filter((file) => fileName.exec(file)?.groups?.part !== "train");
  const [file, ...more] = all.length === 1 ? all : tests;
  if (file !== undefined && more.length === 0) return file;
  throw new InputError({ path: listing.path, rule: `must hold one file of images, found ${namesIn(listing)}` });
}
