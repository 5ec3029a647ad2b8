/** MNIST from the bytes of its four files, wherever they come from. */
import { addBytes, type CreateHash } from "../formats/hashing.ts";
import { InputError } from "../inputError.ts";
import { type HoldOutOptions, holdOut } from "./holdOut.ts";
import { type IdxFile, type IdxFileName, type IdxPart, idxPart, splitOf, type Unpack } from "./idx.ts";
import { numberedClasses } from "./preparation.ts";
import type { DataSet } from "./split.ts";

/** The original files (LeCun, Cortes, Burges), by md5. */
export const mnistChecksums: Readonly<Record<IdxFileName, string>> = {
  "train-images": "6bbc9ace898e44ae57da46a324031adb",
  "train-labels": "a25bea736e30d166cdddb491f175f624",
  "t10k-images": "2646ac647ad5339dbf082846283269ea",
  "t10k-labels": "27ae3e4e09519cfbb04c329615203637",
};

const side = 28;

/** The shape of an image. */
export const mnistShape: readonly number[] = [1, side, side];

/** The number of classes. */
export const mnistClasses = 10;

/** What the set is called, how it is divided and hashed. */
export interface DigitsOptions extends Pick<HoldOutOptions, "validation" | "heldOut"> {
  readonly name: string;
  readonly createHash: CreateHash;
  /** How packed files are unpacked; they are plain when absent. */
  readonly unpack?: Unpack;
}

/**
 * Images [1×28×28] in 10 classes, pixels (p − 126)/126.
 *
 * @throws InputError for malformed files, images that are not 28×28, labels above 9, or a validation set as large as the training set
 */
export function digits(
  files: Readonly<Record<IdxFileName, IdxFile>>,
  { name, createHash, unpack, ...division }: DigitsOptions,
): DataSet {
  const train = digitsIn(files["train-images"], files["train-labels"], unpack);
  const test = digitsIn(files["t10k-images"], files["t10k-labels"], unpack);
  const hash = createHash("sha256");
  for (const { pixels, labels } of [train, test]) {
    addBytes(hash, pixels);
    addBytes(hash, labels);
  }
  return {
    name,
    checksum: hash.digest("hex"),
    preparation: {
      format: "idx",
      inputShape: mnistShape,
      classNames: numberedClasses(mnistClasses),
      targetShape: null,
      standardisation: null,
    },
    ...holdOut(splitOf(train), division),
    test: splitOf(test),
  };
}

/** @throws InputError if the md5 of the file is another */
export function requireMd5({ path, bytes }: IdxFile, expected: string, createHash: CreateHash): void {
  const hash = createHash("md5");
  addBytes(hash, bytes);
  const found = hash.digest("hex");
  if (found !== expected)
    throw new InputError({ path, rule: `damaged, its md5 must be ${expected}`, value: found, got: `found ${found}` });
}

function digitsIn(images: IdxFile, labelsFile: IdxFile, unpack: Unpack | undefined): IdxPart {
  const part = idxPart(images, labelsFile, unpack);
  const { rows, columns, labels } = part;
  if (rows !== side || columns !== side) {
    throw new InputError({ path: images.path, rule: `images must be ${side}×${side}, found ${rows}×${columns}` });
  }
  const wrong = labels.findIndex((label) => label >= mnistClasses);
  if (wrong >= 0)
    throw new InputError({ path: labelsFile.path, rule: `labels must be 0 to 9, label ${wrong} is ${labels[wrong]}` });
  return part;
}
