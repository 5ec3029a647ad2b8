import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../test/temporaryFolder.ts";
import { loadMnist } from "../node/loadMnist.ts";
import { readIdxImages, readIdxLabels } from "../node/readIdx.ts";
import { arraySplit } from "./arraySplit.ts";
import { requireMd5 } from "./mnist.ts";
import { pooled } from "./pooled.ts";
import { byPermutation, withReplacement } from "./sampler.ts";
import type { Split } from "./split.ts";
import { subset } from "./subset.ts";
import { targetSplit } from "./targetSplit.ts";

/** An IDX file with big-endian header words and zeros, or the bytes given. */
function idx(words: readonly number[], length: number, bytes: readonly number[] = []): Uint8Array {
  const file = new Uint8Array(4 * words.length + length);
  words.forEach((word, i) => {
    new DataView(file.buffer).setUint32(4 * i, word);
  });
  file.set(bytes, 4 * words.length);
  return file;
}

describe("IDX files", () => {
  test("images and labels are read, plain and compressed", () => {
    const images = idx([0x803, 2, 1, 3], 6, [1, 2, 3, 4, 5, 6]);
    for (const bytes of [images, gzipSync(images)]) {
      expect(readIdxImages(bytes, "f")).toMatchObject({ count: 2, rows: 1, columns: 3 });
      expect([...readIdxImages(bytes, "f").pixels]).toEqual([1, 2, 3, 4, 5, 6]);
    }
    expect([...readIdxLabels(idx([0x801, 2], 2, [7, 9]), "f")]).toEqual([7, 9]);
  });

  test.each([
    [idx([0x801, 1, 1, 1], 1), "f: an IDX file of images must begin with 0x00000803, found 0x00000801"],
    [new Uint8Array(3), "f: an IDX file of images must begin with 0x00000803, found only 3 bytes"],
    [idx([0x803, 1], 0), "f: truncated, the header has 16 bytes, found 8"],
    [idx([0x803, 2, 2, 2], 7), "f: truncated, 2×2×2 images need 24 bytes, found 23"],
    [idx([0x803, 2, 2, 2], 9), "f: too long, 2×2×2 images need 24 bytes, found 25"],
    [idx([0x803, 0, 2, 2], 0), "f: there are no images in it"],
    [Uint8Array.of(0x1f, 0x8b, 0, 0), /^f: corrupt gzip \(/],
  ])("a malformed file is refused (%#)", (bytes, message) => {
    expect(() => readIdxImages(bytes, "f")).toThrow(message);
  });
});

describe("loadMnist", () => {
  const mnist = loadMnist();
  const labels = (split: Split, count: number) => Array.from({ length: count }, (_, i) => split.labelOf(i));

  test("has 55,000, 5,000 and 10,000 examples and the known first labels", () => {
    expect([mnist.train, mnist.validation, mnist.test].map(({ numExamples }) => numExamples)).toEqual([
      55_000, 5_000, 10_000,
    ]);
    expect(labels(mnist.train, 5)).toEqual([5, 0, 4, 1, 9]);
    expect(labels(mnist.test, 5)).toEqual([7, 2, 1, 0, 4]);
    const whole = loadMnist({ validation: 0 });
    expect(whole.validation.numExamples).toBe(0);
    expect(whole.train.labelOf(55_000)).toBe(mnist.validation.labelOf(0));
  });

  test("pixels are (p − 126)/126: background −1, full ink 129/126", () => {
    const out = new Float32Array(2 + 784);
    mnist.train.readExampleInto(out, 2, 0);
    expect(out[0]).toBe(0);
    expect(out[2]).toBe(-1);
    expect(Math.max(...out)).toBe(Math.fround(129 / 126));
  });

  test("7×7 images are means of 4×4 pixels", () => {
    const full = new Float32Array(784);
    const small = new Float32Array(49);
    mnist.test.readExampleInto(full, 0, 3);
    pooled(mnist).test.readExampleInto(small, 0, 3);
    for (const [row, column] of [
      [0, 0],
      [3, 2],
      [6, 6],
    ] as const) {
      let sum = 0;
      for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) sum += full[28 * (4 * row + y) + 4 * column + x]!;
      expect(small[7 * row + column]).toBeCloseTo(sum / 16, 6);
    }
    expect(pooled(mnist).test.inputShape).toEqual([1, 7, 7]);
  });

  test("a damaged file is found by its checksum", () => {
    const file = { path: "train-images", bytes: Uint8Array.of(1, 2, 3) };
    expect(() => requireMd5(file, "00", createHash)).toThrow(
      "train-images: damaged, its md5 must be 00, found 5289df737df57326fcdd22597afb1fac",
    );
  });
});

describe("a folder of the same format", () => {
  const folder = temporaryFolders();
  const images = (count: number, side = 28) => idx([0x803, count, side, side], count * side * side);
  const good = {
    "train-images-idx3-ubyte.gz": gzipSync(images(3)),
    "train-labels.idx1-ubyte": idx([0x801, 3], 3, [1, 2, 3]),
    "t10k-images-idx3-ubyte": images(2),
    "t10k-labels-idx1-ubyte": idx([0x801, 2], 2, [4, 5]),
  };

  test("is read under any of the usual names", () => {
    const data = loadMnist({ data: folder(good), validation: 1 });
    expect(data.name).toMatch(/^set-\d+$/);
    expect([data.train.numExamples, data.validation.labelOf(0), data.test.labelOf(1)]).toEqual([2, 3, 5]);
  });

  test.each([
    [{ ...good, "t10k-images-idx3-ubyte": images(3) }, "there must be as many labels as images, 3, found 2"],
    [{ ...good, "t10k-images-idx3-ubyte": images(2, 27) }, "images must be 28×28, found 27×27"],
    [{ ...good, "t10k-labels-idx1-ubyte": idx([0x801, 2], 2, [4, 10]) }, "labels must be 0 to 9, label 1 is 10"],
    [{ "train-images-idx3-ubyte": images(3) }, "there must be a file train-labels-idx1-ubyte"],
  ])("is refused with its path when it is wrong (%#)", (files, message) => {
    const data = folder(files);
    expect(() => loadMnist({ data, validation: 1 })).toThrow(message);
    expect(() => loadMnist({ data, validation: 1 })).toThrow(data);
  });

  test("may hold links to plain files, nothing that blocks or never ends", () => {
    const [from, linked] = [folder(good), folder(good)];
    const name = "t10k-labels-idx1-ubyte";
    const replace = (make: (path: string) => void): void => {
      rmSync(join(linked, name));
      make(join(linked, name));
    };
    replace((path) => symlinkSync(join(from, name), path));
    expect(loadMnist({ data: linked, validation: 1 }).test.labelOf(1)).toBe(5);
    for (const make of [
      (path: string) => symlinkSync("/dev/zero", path),
      (path: string) => execFileSync("mkfifo", [path]),
    ]) {
      replace(make);
      expect(() => loadMnist({ data: linked, validation: 1 })).toThrow(`${join(linked, name)}: must be a plain file`);
    }
  });

  test("is unpacked to what its header promises, not more", () => {
    const bomb = gzipSync(Buffer.concat([images(2), Buffer.alloc(2 ** 26)]));
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readIdxImages(bomb, "f")).toThrow("f: too long, 2×28×28 images need 1584 bytes, there are more");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
    expect(() => readIdxImages(gzipSync(idx([0x803, 2 ** 31, 28, 28], 9)), "f")).toThrow(/must be at most 1073741824$/);
    expect(() => readIdxImages(gzipSync(images(2)).subarray(0, -4), "f")).toThrow(/^f: corrupt gzip \(/);
  });

  test("must exist and leave something to train on", () => {
    expect(() => loadMnist({ data: join(folder({}), "none") })).toThrow(/none: there is no such folder or file$/);
    expect(() => loadMnist({ data: folder(good), validation: 3 })).toThrow("validation must be an integer from 0 to 2");
  });
});

test("arrays of a user are checked", () => {
  const base = { inputs: new Float32Array(6), labels: [0, 1, 2], inputShape: [2], numClasses: 3 };
  expect(arraySplit(base).labelOf(2)).toBe(2);
  expect(() => arraySplit({ ...base, inputShape: [3] })).toThrow("inputs must have 3 labels × 3 = 9 elements, got 6");
  expect(() => arraySplit({ ...base, numClasses: 2 })).toThrow("labels must be integers from 0 to 1, labels[2] is 2");
});

test("classes at each step of a sequence are targets of a shape", () => {
  const base = { inputs: new Float32Array(4), targets: Int32Array.of(0, 2, 1, 2), inputShape: [2], targetShape: [2] };
  const split = subset(targetSplit({ ...base, numClasses: 3 }), Int32Array.of(1));
  const out = new Int32Array(3);
  split.readTargetInto(out, 1, 0);
  expect([split.numClasses, ...out]).toEqual([3, 0, 1, 2]);
  const rule = "targets must be from 0 to 1, targets[1] is 2";
  expect(() => targetSplit({ ...base, numClasses: 2 })).toThrow(rule);
  expect(() => targetSplit(base)).toThrow("targetSplit: targets must be a Float32Array");
  expect(() => targetSplit({ ...base, targets: Float32Array.of(0, 1, 1, 0), numClasses: 2 })).toThrow(
    "targetSplit: targets must be an Int32Array, as numClasses is given",
  );
  expect(() => targetSplit({ ...base, numClasses: 1.5 })).toThrow("numClasses must be a positive integer, got 1.5");
});

describe("samplers", () => {
  const batchOf = (sampler: ReturnType<typeof withReplacement>, size: number, step: number): number[] => {
    const out = new Int32Array(size);
    sampler.indicesInto(out, step);
    return [...out];
  };

  test("are pure functions of seed and number, in any order of calls", () => {
    for (const make of [() => withReplacement(100, 3), () => byPermutation(100, 8, 3)]) {
      const [forward, backward] = [make(), make()];
      const steps = [0, 1, 11, 12, 40];
      const expected = steps.map((step) => batchOf(forward, 8, step));
      expect(
        [...steps]
          .reverse()
          .map((step) => batchOf(backward, 8, step))
          .reverse(),
      ).toEqual(expected);
      expect(new Set(expected.map(String)).size).toBe(steps.length);
    }
  });

  test("a permutation shows every example at most once an epoch, another order in the next", () => {
    const sampler = byPermutation(100, 8, 1);
    const epoch = (number: number) => Array.from({ length: 12 }, (_, i) => batchOf(sampler, 8, 12 * number + i)).flat();
    expect(new Set(epoch(0)).size).toBe(96);
    expect(epoch(1)).not.toEqual(epoch(0));
  });

  test("with replacement every example is equally likely", () => {
    const [numExamples, draws] = [50, 50_000];
    const counts = new Array(numExamples).fill(0);
    for (const index of batchOf(withReplacement(numExamples, 2), draws, 0)) counts[index]++;
    const deviation = Math.sqrt((draws / numExamples) * (1 - 1 / numExamples));
    for (const count of counts) expect(Math.abs(count - draws / numExamples)).toBeLessThan(5 * deviation);
  });
});
