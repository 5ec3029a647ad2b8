import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../../test/temporaryFolder.ts";
import type { Split } from "../../data/split.ts";
import { loadDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";

const folder = temporaryFolders();

function idx(magic: number, sizes: readonly number[], bytes: readonly number[]): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((word, i) => void head.writeUInt32BE(word, 4 * i));
  return Buffer.concat([head, Buffer.from(bytes)]);
}
const images = (...pixels: number[]) => idx(0x803, [pixels.length, 1, 1], pixels);
const labels = (...list: number[]) => idx(0x801, [list.length], list);
const set = (name: string, train: number[], test: number[]) => ({
  [`${name}train-images-idx3-ubyte.gz`]: gzipSync(images(...train.map(() => 126))),
  [`${name}train-labels-idx1-ubyte`]: labels(...train),
  [`${name}test-images-idx3-ubyte`]: images(...test.map((_, i) => 126 + i)),
  [`${name}test-labels-idx1-ubyte.gz`]: gzipSync(labels(...test)),
});
const labelsOf = ({ numExamples, labelOf }: Split) => Array.from({ length: numExamples }, (_, i) => labelOf(i));
const request = { validation: 0 } as const;

test("EMNIST's letters: 26 classes from 1 on, images of any size", () => {
  const data = loadDataSet({ data: folder(set("emnist-letters-", [1, 26, 3], [2, 26])), ...request });
  expect([labelsOf(data.train as Split), labelsOf(data.test as Split)]).toEqual([
    [0, 25, 2],
    [1, 25],
  ]);
  expect(data.train).toMatchObject({ numClasses: 26, inputShape: [1, 1, 1] });
  expect(data.preparation?.classNames?.slice(0, 2)).toEqual(["1", "2"]);
});

test("labels from 0 on are as they are; digits are ten classes whichever of them are there", () => {
  const balanced = loadDataSet({ data: folder(set("emnist-balanced-", [0, 46], [5])), ...request });
  expect([labelsOf(balanced.train as Split), (balanced.train as Split).numClasses]).toEqual([[0, 46], 47]);
  const digits = loadDataSet({ data: folder(set("", [1, 2], [3])), ...request, classes: [..."abcdefghij"] });
  expect([labelsOf(digits.train as Split), digits.preparation?.classNames?.[1]]).toEqual([[1, 2], "b"]);
});

test("a folder with several sets wants a file of one of them", () => {
  const data = folder({ ...set("emnist-letters-", [1, 11], [2]), ...set("emnist-digits-", [7], [8]) });
  expect(() => loadDataSet({ data })).toThrow(
    /must hold one set, there are emnist-digits-…, emnist-letters-…; name a file of one$/,
  );
  const digits = loadDataSet({ data: join(data, "emnist-digits-train-images-idx3-ubyte.gz"), ...request });
  expect([labelsOf(digits.train as Split), labelsOf(digits.test as Split)]).toEqual([[7], [8]]);
});

test("new images are those for test, with or without labels", () => {
  const data = folder(set("emnist-letters-", [1, 26], [2, 26]));
  const { preparation } = loadDataSet({ data, ...request });
  const { examples } = loadExamples(data, preparation!, { withTargets: true });
  const out = new Float32Array(1);
  examples.readExampleInto(out, 0, 1);
  expect([labelsOf(examples as Split), out[0]]).toEqual([[1, 25], Math.fround(1 / 126)]);
  expect(loadExamples(data, preparation!, { withTargets: false }).examples).not.toHaveProperty("labelOf");
});

test("images of test of another size, and options of other readers, are refused", () => {
  const files = { ...set("", [1, 2], [3]), "test-images-idx3-ubyte": idx(0x803, [1, 2, 1], [0, 0]) };
  expect(() => loadDataSet({ data: folder(files), ...request })).toThrow(
    /test-images-idx3-ubyte: images must be 1×1 as those of training, got "2×1"$/,
  );
  const data = folder(set("", [1, 2], [3]));
  expect(() => loadDataSet({ data, ...request, memory: 1 })).toThrow(
    "memory: is an option of cifar, npy, safetensors; these data are read as idx",
  );
  expect(() => loadDataSet({ data, ...request, test: 1 })).toThrow("test: the files have a part for it");
});
