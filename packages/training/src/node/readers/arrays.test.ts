import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../../test/temporaryFolder.ts";
import { describeDataSet } from "../../data/describeDataSet.ts";
import type { Examples, Split, TargetSplit } from "../../data/split.ts";
import { type DataRequest, loadDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";

const folder = temporaryFolders();

type Numbers = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
const descrOf = (numbers: Numbers): string =>
  ({ Float32Array: "<f4", Float64Array: "<f8", Uint8Array: "|u1", Int32Array: "<i4", BigInt64Array: "<i8" })[
    numbers.constructor.name as "Float32Array"
  ];
const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** A .npy file of version 1. */
function npy(numbers: Numbers, shape: readonly number[], header?: string): Uint8Array {
  const fields =
    header ??
    `{'descr': '${descrOf(numbers)}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const text = `${fields.padEnd(117)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, text.length & 255, text.length >> 8]);
  return Buffer.concat([start, Buffer.from(text), bytesOf(numbers)]);
}

/** A safetensors file. */
function tensors(
  entries: Readonly<Record<string, readonly [dtype: string, numbers: Numbers, shape: readonly number[]]>>,
): Buffer {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(entries).map(([name, [dtype, { byteLength }, shape]]) => {
      const from = at;
      at += byteLength;
      return [name, { dtype, shape, data_offsets: [from, at] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(entries).map(([, numbers]) => bytesOf(numbers))]);
}

const x = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
const y = BigInt64Array.of(0n, 2n, 1n, 2n);
const all = { validation: 0, test: 1, heldOut: "last" } as const;

function numbersOf({ numExamples, inputShape, ...split }: Examples): number[][] {
  const size = inputShape.reduce((product, length) => product * length, 1);
  return Array.from({ length: numExamples }, (_, i) => {
    const out = new Float32Array(size);
    split.readExampleInto(out, 0, i);
    return [...out];
  });
}
const labelsOf = (split: Split): number[] => Array.from({ length: split.numExamples }, (_, i) => split.labelOf(i));

const formats: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  npy: { "x.npy": npy(x, [4, 2]), "y.npy": npy(y, [4]) },
  npz: { "all.npz": zipSync({ "x_train.npy": npy(x, [4, 2]), "y_train.npy": npy(y, [4]) }) },
  safetensors: { "a.safetensors": tensors({ inputs: ["F32", x, [4, 2]], targets: ["I64", y, [4]] }) },
};

describe.each(Object.entries(formats))("%s", (format, files) => {
  test("integers are classes; the first axis counts examples", () => {
    const set = loadDataSet({ data: folder(files), ...all });
    expect(describeDataSet(set)).toMatchObject({ format, inputShape: [2], numExamples: { train: 3, test: 1 } });
    expect(numbersOf(set.train)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(labelsOf(set.train as Split)).toEqual([0, 2, 1]);
    expect(set.preparation?.classNames).toEqual(["0", "1", "2"]);
  });

  test("targets may be said to be numbers; inputs are standardised when asked for", () => {
    const set = loadDataSet({ data: folder(files), ...all, targets: "numbers", standardise: "columns" });
    const out = new Float32Array(1);
    (set.train as TargetSplit).readTargetInto(out, 0, 1);
    expect([out[0], numbersOf(set.train)[1]]).toEqual([2, [0, 0]]);
    expect(set.preparation?.standardisation?.means).toEqual([2, 3]);
  });

  test("new examples are read by the preparation", () => {
    const data = folder(files);
    const set = loadDataSet({ data, ...all, standardise: "columns" });
    const { examples } = loadExamples(data, set.preparation!, { withTargets: true });
    expect(numbersOf(examples).slice(0, 3)).toEqual(numbersOf(set.train));
    expect(labelsOf(examples as Split)).toEqual([0, 2, 1, 2]);
    expect(loadExamples(data, set.preparation!, { withTargets: false }).examples).not.toHaveProperty("labelOf");
  });
});

test("numbers of every type come back, and those of large files read at random positions are the same", () => {
  const shape = fc.tuple(
    fc.integer({ min: 2, max: 6 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  );
  const makers = [
    (n: number) => Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i))),
    (n: number) => Float64Array.from({ length: n }, (_, i) => Math.cos(i)),
    (n: number) => Uint8Array.from({ length: n }, (_, i) => 37 * i),
    (n: number) => Int32Array.from({ length: n }, (_, i) => -1000 * i),
    (n: number) => BigInt64Array.from({ length: n }, (_, i) => BigInt(i) - 5n),
  ];
  fc.assert(
    fc.property(shape, fc.constantFrom(...makers), ([n, h, w], make) => {
      const numbers = make(n * h * w);
      const data = folder({ "inputs.npy": npy(numbers, [n, h, w]), "targets.npy": npy(new Float32Array(n), [n]) });
      const options = { data, validation: 0, test: 0, heldOut: "last" } as const;
      const whole = numbersOf(loadDataSet(options).train).flat();
      expect(whole).toEqual([...Float32Array.from(numbers as Float32Array, Number)]);
      const onDisk = loadDataSet({ ...options, memory: 1e-6 });
      expect(numbersOf(onDisk.train).flat()).toEqual(whole);
      expect(onDisk.checksum).toBe(loadDataSet(options).checksum);
    }),
    { seed: 1, numRuns: 15 },
  );
});

test("a file that shrinks while it is read at random positions is refused, not read as zeros", () => {
  const data = folder(formats.npy!);
  const set = loadDataSet({ data, ...all, memory: 1e-6 });
  writeFileSync(join(data, "x.npy"), npy(x, [4, 2]).subarray(0, 128));
  expect(() => numbersOf(set.train)).toThrow(/x.npy: the file has become shorter since training began$/);
});

describe("CIFAR", () => {
  /** A record whose pixels are its label in red, 1 in green and 2 in blue. */
  const record = (...labels: number[]) =>
    Buffer.concat([Buffer.from(labels), ...[labels.at(-1)!, 1, 2].map((value) => Buffer.alloc(1024, value))]);
  const ten = {
    "data_batch_1.bin": record(3),
    "data_batch_2.bin": Buffer.concat([record(9), record(0)]),
    "test_batch.bin": record(5),
  };
  const options = { validation: 0, standardise: "none" } as const;

  test("10: batches in order, names from their file, channels in the order that is asked for, from disk too", () => {
    const names = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    const data = folder({ ...ten, "batches.meta.txt": Buffer.from(`${names.join("\n")}\n\n`) });
    const set = loadDataSet({ data, ...options });
    expect([labelsOf(set.train as Split), labelsOf(set.test as Split), set.preparation?.classNames]).toEqual([
      [3, 9, 0],
      [5],
      names,
    ]);
    const [, second] = numbersOf(set.train);
    expect([second![0], second![1024], second![3071]]).toEqual([9, 1, 2].map((value) => Math.fround(value / 255)));
    const swapped = loadDataSet({ data, ...options, channelOrder: "bgr", memory: 1e-6 });
    expect(numbersOf(swapped.train)[1]![0]).toBe(Math.fround(2 / 255));
    const fresh = loadExamples(join(data, "test_batch.bin"), set.preparation!, { withTargets: true });
    expect([labelsOf(fresh.examples as Split), numbersOf(fresh.examples)]).toEqual([[5], numbersOf(set.test)]);
  });

  test("100: the fine label", () => {
    const set = loadDataSet({ data: folder({ "train.bin": record(19, 99), "test.bin": record(1, 4) }), ...options });
    expect([labelsOf(set.train as Split), set.train.inputShape, (set.train as Split).numClasses]).toEqual([
      [99],
      [3, 32, 32],
      100,
    ]);
  });

  test("malformed files are refused", () => {
    const short = folder({ ...ten, "test_batch.bin": record(5).subarray(1) });
    expect(() => loadDataSet({ data: short, ...options })).toThrow(
      /test_batch.bin: must be records of 3073 bytes, it has 3072 bytes$/,
    );
    const label = folder({ ...ten, "test_batch.bin": Buffer.concat([record(5), record(10)]) });
    expect(() => loadDataSet({ data: label, ...options })).toThrow(
      /labels must be 0 to 9, that of the record at byte 3073 is 10$/,
    );
  });
});

describe("malformed arrays are refused with file and rule", () => {
  const good = formats.npy!;
  const header = (fields: string) => npy(x, [], fields);
  const short = (dtype: string, shape: readonly number[], offsets: readonly number[]): Buffer => {
    const text = Buffer.from(JSON.stringify({ inputs: { dtype, shape, data_offsets: offsets } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, Buffer.alloc(4)]);
  };
  test.each<[files: Readonly<Record<string, Uint8Array>>, message: string | RegExp, request?: DataRequest]>([
    [{ ...good, "x.npy": Buffer.from("text") }, /x.npy: must begin with the magic bytes of .npy$/],
    [{ ...good, "x.npy": npy(x, [4, 2]).subarray(0, 40) }, /x.npy: truncated, the header does not end, got 118$/],
    [
      { ...good, "x.npy": npy(x, [4, 2]).subarray(0, -1) },
      /x.npy: truncated, numbers of the shape 4×2 need 32 bytes, found 31$/,
    ],
    [{ ...good, "x.npy": npy(x, [4, 1]) }, /x.npy: too long, numbers of the shape 4×1 need 16 bytes, found 32$/],
    [{ ...good, "x.npy": npy(x, [4, 2 ** 40, 2 ** 20]) }, /x.npy: truncated, numbers of the shape /],
    [
      { ...good, "x.npy": header("{'descr': '>f4', 'fortran_order': False, 'shape': (4, 2), }") },
      /x.npy: descr must be one of .*, got ">f4"$/,
    ],
    [
      { ...good, "x.npy": header("{'descr': '|O', 'fortran_order': False, 'shape': (4, 2), }") },
      /x.npy: descr must be one of .*, got "\|O"$/,
    ],
    [
      { ...good, "x.npy": header("{'descr': '<f4', 'fortran_order': True, 'shape': (4, 2), }") },
      /x.npy: must be in C order .*Fortran order$/,
    ],
    [
      { ...good, "x.npy": header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4, 2), }") },
      /x.npy: the header must have a descr of one type/,
    ],
    [
      { ...good, "x.npy": npy(Float32Array.of(1, NaN), [2, 1]), "y.npy": npy(Float32Array.of(1, 1), [2]) },
      /x.npy: x: inputs must be finite, number 0 of example 1 is NaN$/,
    ],
    [{ ...good, "y.npy": npy(y.subarray(1), [3]) }, /y.npy: y: there must be as many targets as inputs, 4, got 3$/],
    [
      { ...good, "y.npy": npy(BigInt64Array.of(0n, 1n, -1n, 0n), [4]) },
      /y.npy: y: labels must be integers from 0 to 1048575, that of example 2 is -1$/,
    ],
    [good, /classes: must be 3 names, the labels go up to 2, got 2$/, { classes: ["a", "b"] }],
    [{ "x.npy": good["x.npy"]! }, /must have arrays of inputs and targets for train, found x$/],
    [{ ...good, "inputs.npy": good["x.npy"]! }, /must have one array of inputs for train, there are inputs and x$/],
    [{ "a.npz": Buffer.from("zip") }, /a.npz: the zip is damaged \(/],
    [
      { "a.safetensors": Buffer.from("text") },
      /a.safetensors: truncated, the header of a safetensors file does not end$/,
    ],
    [{ "a.safetensors": short("F32", [1], [0, 8]) }, /inputs: data_offsets must lie in the file, got \[0, 8\]$/],
    [
      { "a.safetensors": short("F32", [2], [0, 4]) },
      /inputs: truncated, numbers of the shape 2 need 8 bytes, found 4$/,
    ],
    [{ "a.safetensors": short("F16", [2], [0, 4]) }, /inputs: dtype must be one of .*, got "F16"$/],
    [{ "a.safetensors": short("F32", [-1], [0, 4]) }, /inputs: shape must be a list of sizes, got \[-1\]$/],
    [{}, /no data that are known; they are IDX files .*, found nothing$/],
  ])("%#", (files, message, request = {}) => {
    expect(() => loadDataSet({ data: folder(files), ...all, ...request })).toThrow(message);
  });

  test("a zip that says less than it holds is not unpacked beyond it", () => {
    const zip = Buffer.from(zipSync({ "inputs.npy": new Uint8Array(2 ** 24) }));
    // The uncompressed size in the central directory.
    const at = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24;
    zip.writeUInt32LE(100, at);
    expect(() => loadDataSet({ data: folder({ "a.npz": zip }), ...all })).toThrow(/a.npz/);
    zip.writeUInt32LE(2 ** 32 - 2, at);
    expect(() => loadDataSet({ data: folder({ "a.npz": zip }), ...all })).toThrow(
      /a.npz: must unpack to at most 2147483648 bytes, got 4294967294$/,
    );
  });
});
