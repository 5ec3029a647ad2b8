/** The texts by name as they are, where the environment variable ENTROPY_SGD_TEXTS names a folder with ptb, tinyshakespeare and warpeace. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataSet } from "../src/data/split.ts";
import { isText, type TextSplit } from "../src/data/textSplit.ts";
import { loadDataSet } from "../src/node/dataSets.ts";
import { freshCaches } from "./temporaryFolder.ts";

const caches = freshCaches();

const originals = process.env.ENTROPY_SGD_TEXTS;

function load(name: string): DataSet<TextSplit> {
  const data = loadDataSet({ data: name });
  if (!isText(data.train)) throw new Error("no text");
  return data as DataSet<TextSplit>;
}

const numTokens = ({ train, validation, test }: DataSet<TextSplit>): number[] =>
  [train, validation, test].map(({ tokens }) => tokens.length);

describe.skipIf(originals === undefined)(
  "the original texts (skipped where ENTROPY_SGD_TEXTS does not name their folder)",
  () => {
    const use = (from: string, to: string): void =>
      cpSync(join(originals!, from), join(caches(), "entropy-sgd", to), { recursive: true });

    test("War and Peace has 87 bytes, and falls in 80, 10 and 10 %", () => {
      use("warpeace", "war-and-peace");
      const data = load("war-and-peace");
      expect(data.train.numClasses).toBe(87);
      expect(numTokens(data)).toEqual([2_606_596, 325_825, 325_825]);
    });

    test("tiny Shakespeare has 65 characters, and falls in 90, 5 and 5 %", () => {
      use("tinyshakespeare", "tiny-shakespeare");
      const data = load("tiny-shakespeare");
      expect(data.train.numClasses).toBe(65);
      expect(numTokens(data)).toEqual([1_003_854, 55_770, 55_770]);
    });

    test("Penn Treebank has 10,000 words, counts of lines and words as published, and its own parts", () => {
      use("ptb", "ptb");
      const data = load("ptb");
      const { classNames } = data.preparation!;
      expect(classNames).toHaveLength(10_000);
      expect(numTokens(data)).toEqual([929_589, 73_760, 82_430]);
      const [end, unknown] = ["<eos>", "<unk>"].map((word) => classNames!.indexOf(word));
      const count = ({ tokens }: TextSplit, word: number): number => tokens.filter((token) => token === word).length;
      expect([data.train, data.validation, data.test].map((split) => count(split, end!))).toEqual([
        42_068, 3_370, 3_761,
      ]);
      expect([data.train, data.validation, data.test].map((split) => count(split, unknown!))).toEqual([
        45_020, 3_485, 4_794,
      ]);
    });
  },
);
