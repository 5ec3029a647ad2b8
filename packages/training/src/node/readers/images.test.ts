import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../../test/temporaryFolder.ts";
import { describeDataSet } from "../../data/describeDataSet.ts";
import type { AnySplit, Examples } from "../../data/split.ts";
import { type DataRequest, loadDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";
import { readPicture } from "./pictures.ts";
import { resized } from "./resizePicture.ts";

const folder = temporaryFolders();

type Colour = readonly [number, number, number];
const [red, green, white] = [
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 255],
] as const satisfies Colour[];

/** A PNG of one row. */
function png(...row: readonly Colour[]): Buffer {
  const picture = new PNG({ width: row.length, height: 1 });
  row.forEach((colour, i) => {
    picture.data.set([...colour, 255], 4 * i);
  });
  return PNG.sync.write(picture);
}

const numbersOf = (split: Examples, index: number): number[] => {
  const out = new Float32Array(split.inputShape.reduce((product, length) => product * length, 1));
  split.readExampleInto(out, 0, index);
  return [...out];
};

const plain = { standardise: "none", validation: 0 } as const;

test("parts and classes are folders; channels come one after another, in the order that is asked for", () => {
  const data = folder({
    "train/dog/b.png": png(red, white),
    "train/cat/a.png": png(green, green),
    "test/dog/c.png": png(white, green),
  });
  const set = loadDataSet({ data, ...plain });
  expect(describeDataSet(set)).toMatchObject({
    format: "images",
    inputShape: [3, 1, 2],
    classes: { names: ["cat", "dog"], counts: { train: [1, 1], validation: [0, 0], test: [0, 1] } },
  });
  expect(numbersOf(set.train, 1)).toEqual([1, 1, 0, 1, 0, 1]);
  expect(numbersOf(loadDataSet({ data, ...plain, channelOrder: "bgr" }).train, 1)).toEqual([0, 1, 0, 1, 1, 1]);
  const grey = loadDataSet({ data, ...plain, channels: 1 });
  expect(numbersOf(grey.train, 1)).toEqual([Math.fround(76 / 255), 1]);
  expect(grey.checksum).toBe(set.checksum);
  expect(
    loadDataSet({ data: folder({ "cat/a.png": png(green, green), "dog/b.png": png(red, white) }), ...plain, test: 0 })
      .checksum,
  ).not.toBe(set.checksum);
});

test("class folders alone are divided class by class; channels have means of the training pictures; grey ones have one", () => {
  const files = ["a", "b"].flatMap((name, label) =>
    [0, 1, 2, 3, 4].map((i) => [`${name}/${i}.png`, png([10 * i + label, 10 * i + label, 10 * i + label])] as const),
  );
  const set = loadDataSet({ data: folder(Object.fromEntries(files)), validation: 2, test: 2 });
  expect(describeDataSet(set).classes?.counts).toEqual({ train: [3, 3], validation: [1, 1], test: [1, 1] });
  expect(set.train.inputShape).toEqual([1, 1, 1]);
  const values = Array.from({ length: 6 }, (_, i) => numbersOf(set.train, i)[0]!);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
  expect(values.reduce((sum, value) => sum + value * value, 0) / 6).toBeCloseTo(1, 5);
  const given = loadDataSet({ data: folder(Object.fromEntries(files)), mean: [0.5], std: [0.25] });
  expect(given.preparation?.standardisation).toEqual({ means: [0.5], deviations: [0.25] });
});

test("JPEG pictures are read within what its compression loses", () => {
  const data = Buffer.alloc(4 * 64, 255);
  for (let i = 0; i < 64; i++) data.set([200, 100, 50], 4 * i);
  const path = join(folder({ "a.jpg": jpeg.encode({ data, width: 8, height: 8 }, 95).data }), "a.jpg");
  const { pixels, height, width } = readPicture(path);
  expect([height, width]).toEqual([8, 8]);
  for (const [channel, value] of [200, 100, 50].entries()) {
    for (const pixel of pixels.subarray(64 * channel, 64 * (channel + 1)))
      expect(Math.abs(pixel - value)).toBeLessThan(4);
  }
});

test("new pictures are read by the preparation, with and without classes", () => {
  const data = folder({
    "train/a/1.png": png(red, green),
    "train/b/1.png": png(white, red),
    "test/a/1.png": png(red, red),
  });
  const set = loadDataSet({ data, validation: 0, imageSize: [2, 2] });
  const preparation = JSON.parse(JSON.stringify(set.preparation));
  const tested = loadExamples(data, preparation, { withTargets: true });
  expect(numbersOf(tested.examples, 0)).toEqual(numbersOf(set.test, 0));
  expect((tested.examples as AnySplit & { labelOf(i: number): number }).labelOf(0)).toBe(0);
  const fresh = loadExamples(join(data, "train/b"), preparation, { withTargets: false });
  expect([fresh.nameOf(0), numbersOf(fresh.examples, 0)]).toEqual(["1.png", numbersOf(set.train, 1)]);
  expect(loadExamples(join(data, "train/b/1.png"), preparation, { withTargets: false }).nameOf(0)).toBe("1.png");
});

describe("resizing", () => {
  const grey = (height: number, width: number, values: readonly number[]) => ({
    height,
    width,
    pixels: Uint8Array.from([...values, ...values, ...values]),
  });

  test("is bilinear where pictures grow, and a weighted mean of all pixels where they shrink", () => {
    expect([...resized(grey(1, 2, [0, 100]), 1, 4).pixels.subarray(0, 4)]).toEqual([0, 25, 75, 100]);
    // Weights 1/8, 3/8, 3/8 and 1/8 of pixels around the middle of 0…3, and their mirror image; each divided by its sum.
    const [left, right] = resized(grey(1, 4, [0, 0, 160, 160]), 1, 2).pixels;
    expect([left, right]).toEqual([Math.round(160 / 8 / (3 / 8 + 3 / 8 + 1 / 8)), Math.round(160 - 160 / 7)]);
  });

  test("keeps a picture of one colour, and what is between the darkest and the brightest", () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (h, w, height, width, stream) => {
          const values = [...stream.take(h * w)];
          const pixels = resized(grey(h, w, values), height, width).pixels;
          expect(pixels.length).toBe(3 * height * width);
          expect(Math.min(...pixels)).toBeGreaterThanOrEqual(Math.min(...values));
          expect(Math.max(...pixels)).toBeLessThanOrEqual(Math.max(...values));
          const same = values.map(() => values[0]!);
          expect(new Set(resized(grey(h, w, same), height, width).pixels)).toEqual(new Set([values[0]]));
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});

/** A PNG with a header of ours. */
function rawPng(width: number, height: number, interlaced: number, packed: Uint8Array): Buffer {
  const chunk = (type: string, body: Uint8Array): Buffer => {
    const content = Buffer.concat([Buffer.from(type), body]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlaced], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", packed), chunk("IEND", Buffer.alloc(0))]);
}

describe("malformed folders are refused with file and rule", () => {
  const good = { "a/1.png": png(red), "b/1.png": png(green) };
  test.each<[files: Readonly<Record<string, Uint8Array | string>>, message: string | RegExp, request?: DataRequest]>([
    [
      { ...good, "b/2.png": png(red, red) },
      /b\/2.png: pictures must be 1×1 as the first, unless imageSize .*, got "1×2"$/,
    ],
    [{ ...good, "b/2.gif": "GIF" }, /\/b: files must be pictures \(.png, .jpg, .jpeg\), got "2.gif"$/],
    [{ ...good, "b/2.png": "text" }, /b\/2.png: must be a picture in PNG or JPEG$/],
    [{ ...good, "b/2.png": png(red).subarray(0, 40) }, /b\/2.png: the PNG picture is damaged \(/],
    [{ ...good, "b/2.png": png(red).subarray(0, 20) }, /b\/2.png: the PNG picture is damaged \(no header\)$/],
    [{ ...good, "b/2.jpg": Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 1]) }, /b\/2.jpg: the JPEG picture is damaged \(/],
    [
      { ...good, "b/2.png": rawPng(2 ** 15, 2 ** 15, 0, Buffer.alloc(9)) },
      /at most 67108864 pixels, this has 32768×32768$/,
    ],
    [
      { ...good, "b/2.png": rawPng(4, 4, 1, deflateSync(Buffer.alloc(2 ** 22))) },
      /b\/2.png: the PNG picture is damaged \(/,
    ],
    [{ ...good, "b/2.png": rawPng(4, 4, 0, deflateSync(Buffer.alloc(9))) }, /b\/2.png: the PNG picture is damaged \(/],
    [{ "train/a/1.png": png(red), "test/c/1.png": png(red) }, /test\/c\/1.png: the class must be one of a, got "c"$/],
    [good, /imageSize: must be height and width in pixels, each from 1 to 4096, got \[0, 2\]$/, { imageSize: [0, 2] }],
    [good, /target: is an option of csv; these data are read as images$/, { target: ["x"] }],
  ])("%#", (files, message, request = {}) => {
    expect(() =>
      loadDataSet({ data: folder(files), ...plain, test: "test/c/1.png" in files ? null : 0, ...request }),
    ).toThrow(message);
  });
});

test("an interlaced PNG is read", () => {
  // 3×2 grey pixels in the passes of Adam7: (0,0) first, then column 2, then column 1, then the second row.
  const rows = [
    [0, 10],
    [0, 30],
    [0, 20],
    [0, 40, 50, 60],
  ];
  const path = join(folder({ "a.png": rawPng(3, 2, 1, deflateSync(Buffer.from(rows.flat()))) }), "a.png");
  expect([...readPicture(path).pixels.subarray(0, 6)]).toEqual([10, 20, 30, 40, 50, 60]);
});
