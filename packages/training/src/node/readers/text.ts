/**
 * Texts: a file, or one for each part in a folder (ptb.train.txt, ptb.valid.txt, ptb.test.txt).
 *
 * The vocabulary is that of the file, and where parts have files of their own that of the training text.
 */
import type { Preparation } from "../../data/preparation.ts";
import { type TextSplit, textSplit } from "../../data/textSplit.ts";
import { InputError } from "../../inputError.ts";
import { checksumOf } from "../checksum.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing, namesIn } from "../listing.ts";
import { type PartName, partIn } from "../partNames.ts";
import { readPlain } from "../plainFiles.ts";
import { type TextUnit, tokenIds, unitsOf, vocabularyOf } from "./textUnits.ts";

const ending = /\.txt$/i;

/** Bytes of a text; tokens take four times as many. */
const maxTextBytes = 2 ** 29;

/** Steps of a window where neither the user nor the network says: characters as in char-rnn, words as in Zaremba et al. 2014. */
const usualSteps: Readonly<Record<TextUnit, number>> = { characters: 50, bytes: 50, words: 35 };

/** The reader of texts. 90 % of a single file are for training, 5 % for validation and 5 % for test, in this order. */
export const text: DataReader = {
  name: "text",
  what: "a text (*.txt, or one for each of train, valid and test)",
  usual: { validation: 0.05 / 0.95, test: 0.05, heldOut: "last" },
  recognises: (listing) => {
    const texts = textsIn(listing);
    return texts.length === 1 || texts.some((file) => partOf(file) === "train");
  },
  read: readTexts,
  readExamples: readNewText,
};

const textsIn = ({ files }: Listing): string[] => files.filter((file) => ending.test(file));

const partOf = (file: string): PartName | null => partIn(file.replace(ending, ""));

/** The file of each part; the only one is for training. @throws InputError for two of one part */
function filesOf(listing: Listing): { readonly train: string; readonly validation?: string; readonly test?: string } {
  const files = textsIn(listing);
  if (files.length === 1) return { train: files[0]! };
  const parts = (["train", "validation", "test"] as const).flatMap((part): [PartName, string][] => {
    const [file, ...more] = files.filter((candidate) => partOf(candidate) === part);
    if (more.length > 0) {
      throw new InputError({ path: listing.path, rule: `must hold one text for ${part}, found ${namesIn(listing)}` });
    }
    return file === undefined ? [] : [[part, file]];
  });
  return Object.fromEntries(parts) as { train: string };
}

/** The bytes of a file and its tokens. */
function readUnits(listing: Listing, file: string, unit: TextUnit) {
  const path = fileIn(listing, file);
  const bytes = readPlain(path, maxTextBytes, { followLinks: true });
  return { path, bytes, units: unitsOf(bytes, unit, path) };
}

function readTexts(listing: Listing, options: DataOptions): ReadData {
  for (const name of ["augment", "classes"] as const) {
    if ((options[name] ?? null) !== null)
      throw new InputError({ path: listing.path, name, rule: "is no option of texts" });
  }
  const unit = options.unit ?? "characters";
  const steps = options.steps ?? usualSteps[unit];
  const { train: trainFile, ...others } = filesOf(listing);
  const train = readUnits(listing, trainFile, unit);
  const vocabulary = vocabularyOf(train.units, unit);
  const splitOf = (content: typeof train): TextSplit => splitFrom(content, { vocabulary, unit, steps });
  const read = Object.entries(others).map(([part, file]) => [part, readUnits(listing, file, unit)] as const);
  return {
    train: splitOf(train),
    ...Object.fromEntries(read.map(([part, content]) => [part, splitOf(content)])),
    preparation: {
      format: text.name,
      inputShape: [steps],
      classNames: vocabulary,
      targetShape: [steps],
      text: { unit },
    },
    checksum: checksumOf([train.bytes, ...read.map(([, { bytes }]) => bytes)]),
    standardise: null,
  };
}

function readNewText(listing: Listing, { inputShape, classNames, text: how }: Preparation): ReadExamples {
  const [file, ...more] = textsIn(listing);
  if (file === undefined || more.length > 0) {
    throw new InputError({ path: listing.path, rule: `must hold one text, found ${namesIn(listing)}` });
  }
  const { unit } = how!;
  const content = readUnits(listing, file, unit);
  const examples = splitFrom(content, { vocabulary: classNames!, unit, steps: inputShape[0]! });
  return { examples, checksum: checksumOf([content.bytes]) };
}

/** @throws InputError for a text without a window, or with a token outside the vocabulary */
function splitFrom(
  { path, units }: ReturnType<typeof readUnits>,
  {
    vocabulary,
    unit,
    steps,
  }: { readonly vocabulary: readonly string[]; readonly unit: TextUnit; readonly steps: number },
): TextSplit {
  const tokens = tokenIds(units, vocabulary, unit, path);
  if (tokens.length > steps) return textSplit({ tokens, vocabularySize: vocabulary.length, steps });
  const rule = `must have at least ${steps + 1} ${unit}, one more than the steps of a window`;
  throw new InputError({ path, rule, value: tokens.length, got: `it has ${tokens.length}` });
}
