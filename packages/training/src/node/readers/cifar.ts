/** CIFAR-10 and CIFAR-100 in their binary form: records of one or two labels and 3×32×32 bytes. */
import { sizeOf } from "onnx-grad";
import { numberedClasses, type Preparation } from "../../data/preparation.ts";
import type { RawExamples, RawSplit } from "../../data/standardise.ts";
import { InputError } from "../../inputError.ts";
import { standardisationPlan } from "../assemble.ts";
import { type ByteSource, checksumOfSources, fileSource } from "../byteSource.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing } from "../listing.ts";
import { readPlainText } from "../plainFiles.ts";

const shape = [3, 32, 32];
const pixelBytes: number = sizeOf(shape);

/** One of the two sets. */
interface Kind {
  readonly numClasses: number;
  /** Bytes before the pixels; the label is the last of them (the fine one of CIFAR-100). */
  readonly labelBytes: number;
  readonly isTrain: RegExp;
  readonly isTest: RegExp;
  readonly namesFile: string;
}

const kinds: readonly Kind[] = [
  {
    numClasses: 10,
    labelBytes: 1,
    isTrain: /^data_batch_.*\.bin$/,
    isTest: /^test_batch.*\.bin$/,
    namesFile: "batches.meta.txt",
  },
  { numClasses: 100, labelBytes: 2, isTrain: /^train\.bin$/, isTest: /^test\.bin$/, namesFile: "fine_label_names.txt" },
];

/** Pixels p as p/255, standardised by channel. */
export const cifar: DataReader = {
  name: "cifar",
  what: "CIFAR-10 or CIFAR-100 in binary files (data_batch_1.bin, …, test_batch.bin; train.bin, test.bin)",
  usual: { validation: 0.1, test: 0.2, heldOut: "last" },
  recognises: (listing) => kindOf(listing) !== undefined,
  read: readBatches,
  readExamples: readNewBatches,
};

function kindOf({ files }: Listing): Kind | undefined {
  return kinds.find(({ isTrain, isTest }) => files.some((file) => isTrain.test(file) || isTest.test(file)));
}

function readBatches(listing: Listing, options: DataOptions): ReadData {
  const kind = kindOf(listing)!;
  const { numClasses } = kind;
  const sourcesOf = (pattern: RegExp): ByteSource[] =>
    listing.files.filter((file) => pattern.test(file)).map((file) => fileSource(fileIn(listing, file), options.memory));
  const [train, test] = [sourcesOf(kind.isTrain), sourcesOf(kind.isTest)];
  if (train.length === 0) throw new InputError({ path: listing.path, rule: "there must be a file of training images" });
  const classNames = options.classes ?? namesIn(listing, kind) ?? numberedClasses(numClasses);
  if (classNames.length !== numClasses) {
    throw new InputError({
      path: listing.path,
      name: "classes",
      rule: `must be ${numClasses} names`,
      value: classNames.length,
    });
  }
  const order = options.channelOrder ?? "rgb";
  return {
    train: splitOf(train, kind, order),
    ...(test.length > 0 ? { test: splitOf(test, kind, order) } : {}),
    preparation: {
      format: cifar.name,
      inputShape: shape,
      classNames,
      targetShape: null,
      image: { size: [32, 32], channels: 3, order },
    },
    checksum: checksumOfSources([...train, ...test]),
    standardise: standardisationPlan(options, "channels", shape),
  };
}

/** Names of the classes, a line each; null where the file of names is not there. */
function namesIn(listing: Listing, { namesFile }: Kind): string[] | null {
  if (!listing.isFolder || !listing.files.includes(namesFile)) return null;
  const lines = readPlainText(fileIn(listing, namesFile), 2 ** 16).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

/** Where a record is. */
interface Place {
  readonly source: ByteSource;
  readonly at: number;
}

function placesIn(sources: readonly ByteSource[], { labelBytes }: Kind): Place[] {
  const record = labelBytes + pixelBytes;
  return sources.flatMap((source) => {
    if (source.length % record !== 0 || source.length === 0) {
      const rule = `must be records of ${record} bytes`;
      throw new InputError({ path: source.path, rule, value: source.length, got: `it has ${source.length} bytes` });
    }
    return Array.from({ length: source.length / record }, (_, i) => ({ source, at: i * record }));
  });
}

function examplesOf(places: readonly Place[], { labelBytes }: Kind, order: "rgb" | "bgr"): RawExamples {
  const bytes = new Uint8Array(pixelBytes);
  const perChannel = pixelBytes / 3;
  return {
    numExamples: places.length,
    inputShape: shape,
    readExampleInto(out, offset, index) {
      const { source, at } = places[index]!;
      source.readInto(bytes, at + labelBytes);
      for (let channel = 0; channel < 3; channel++) {
        const from = perChannel * (order === "rgb" ? channel : 2 - channel);
        for (let i = 0; i < perChannel; i++) out[offset + channel * perChannel + i] = bytes[from + i]! / 255;
      }
    },
  };
}

function splitOf(sources: readonly ByteSource[], kind: Kind, order: "rgb" | "bgr"): RawSplit {
  const { numClasses, labelBytes } = kind;
  const places = placesIn(sources, kind);
  const label = new Uint8Array(1);
  const labels = Uint8Array.from(places, ({ source, at }) => {
    source.readInto(label, at + labelBytes - 1);
    if (label[0]! < numClasses) return label[0]!;
    const rule = `labels must be 0 to ${numClasses - 1}, that of the record at byte ${at} is ${label[0]}`;
    throw new InputError({ path: source.path, rule });
  });
  return { ...examplesOf(places, kind, order), numClasses, labelOf: (index) => labels[index]! };
}

function readNewBatches(listing: Listing, { image, classNames }: Preparation, withTargets: boolean): ReadExamples {
  const kind = kinds.find(({ numClasses }) => numClasses === classNames!.length)!;
  const named = listing.isFolder ? listing.files.filter((file) => kind.isTest.test(file)) : listing.files;
  if (named.length === 0) throw new InputError({ path: listing.path, rule: "there must be a file of test images" });
  const sources = named.map((file) => fileSource(fileIn(listing, file), null));
  const checksum = checksumOfSources(sources);
  if (withTargets) return { examples: splitOf(sources, kind, image!.order), checksum };
  return { examples: examplesOf(placesIn(sources, kind), kind, image!.order), checksum };
}
