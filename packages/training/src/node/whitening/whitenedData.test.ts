import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { freshCaches, temporaryFolders } from "../../../test/temporaryFolder.ts";
import type { Examples } from "../../data/split.ts";
import { type DataRequest, loadDataSet, prepareDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";

const folder = temporaryFolders();
const size = 3 * 4 * 4;

/** Pictures 3×4×4 of two classes, of pseudo-random pixels. */
function pictures(): string {
  let state = 5;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 130; i++) {
    const png = new PNG({ width: 4, height: 4 });
    png.data.forEach((_, at) => {
      png.data[at] = at % 4 === 3 ? 255 : next();
    });
    files[`${i % 2 ? "cat" : "dog"}/${i}.png`] = PNG.sync.write(png);
  }
  return folder(files);
}

const caches = freshCaches();
const whitened = (): string => join(caches(), "entropy-sgd", "whitened");

const numbersOf = (split: Examples): Float32Array => {
  const numbers = new Float32Array(split.numExamples * size);
  for (let i = 0; i < split.numExamples; i++) split.readExampleInto(numbers, i * size, i);
  return numbers;
};

const requestFor = (data: string): DataRequest => ({
  data,
  standardise: "zca",
  validation: 20,
  test: 10,
  heldOut: "random",
});

test("whitened data are fitted once, and the same bits each time", async () => {
  const request = requestFor(pictures());
  expect(() => loadDataSet(request)).toThrow(/whitening\.safetensors: not there/);
  await prepareDataSet(request);
  const [key] = readdirSync(whitened());
  const { train, validation, test: tested, preparation } = loadDataSet(request);
  expect([train, validation, tested].map(({ numExamples }) => numExamples)).toEqual([100, 20, 10]);
  expect(preparation).toMatchObject({ standardisation: null, whitening: key });
  const numbers = numbersOf(train);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const square = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
  expect(mean).toBeCloseTo(0, 5);
  // All directions but that of the images' own means have the variance 1.
  expect(square).toBeCloseTo((size - 1) / size, 3);

  let fitted = 0;
  const again = await prepareDataSet(request, { onProgress: () => fitted++ });
  expect(fitted).toBe(0);
  expect(numbersOf(again.train)).toEqual(numbers);
  rmSync(join(whitened(), key!), { recursive: true });
  await prepareDataSet(request);
  expect(readdirSync(whitened())).toEqual([key]);
  expect(numbersOf(loadDataSet(request).train)).toEqual(numbers);
});

test("another division is another whitening: it is fitted on the training part", async () => {
  const request = requestFor(pictures());
  await prepareDataSet(request);
  await prepareDataSet({ ...request, seed: 1 });
  expect(readdirSync(whitened())).toHaveLength(2);
  expect(loadDataSet({ ...request, seed: 1 }).preparation?.whitening).not.toBe(
    loadDataSet(request).preparation?.whitening,
  );
});

test("new examples are whitened as those of the run were", async () => {
  const data = pictures();
  await prepareDataSet(requestFor(data));
  const all = { ...requestFor(data), validation: 0, test: 0, heldOut: "last" } as const;
  await prepareDataSet(all);
  const set = loadDataSet(all);
  const fresh = loadExamples(data, set.preparation!, { withTargets: true });
  const [expected, found] = [numbersOf(set.train), numbersOf(fresh.examples)];
  // float32's products of 48 terms of at most 4 · 6, against float64's.
  found.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!)).toBeLessThan(48 * 24 * 2 ** -24);
  });
});

test.each(["whitening.safetensors", "examples.f32"])("a damaged %s is refused", async (file) => {
  const request = requestFor(pictures());
  await prepareDataSet(request);
  const path = join(whitened(), readdirSync(whitened())[0]!, file);
  const bytes = readFileSync(path);
  bytes[bytes.length - 5]! ^= 1;
  writeFileSync(path, bytes);
  const refused = new RegExp(`${file}: .*; delete the folder, and the next command fits it again`);
  expect(() => loadDataSet(request)).toThrow(refused);
  writeFileSync(path, bytes.subarray(0, -4));
  expect(() => loadDataSet(request)).toThrow(refused);
  rmSync(path);
  await expect(prepareDataSet(request)).rejects.toThrow(refused);
  rmSync(dirname(path), { recursive: true });
  await prepareDataSet(request);
  expect(() => loadDataSet(request)).not.toThrow();
});

test("only images can be whitened, and of a fitted size", async () => {
  const table = folder({ "t.csv": "a,b,class\n1,2,x\n3,4,y\n" });
  await expect(prepareDataSet({ data: join(table, "t.csv"), standardise: "zca" })).rejects.toThrow(
    "standardise: zca needs images [channels, height, width] of at most 4096 numbers, got [2]",
  );
  await expect(prepareDataSet({ data: null, standardise: "zca" })).rejects.toThrow(
    "mnist: standardise: is an option of data in files",
  );
  await expect(prepareDataSet({ ...requestFor(pictures()), mean: [1], std: [1] })).rejects.toThrow(
    "mean: is not taken with zca",
  );
  expect(existsSync(whitened())).toBe(false);
});
