import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import type { NamedTensor, Safetensors } from "entropy-sgd-training/formats";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { decodeSafetensors, encodeSafetensors, safetensorsPieces } from "../src/io/safetensors.ts";
import { readWeights } from "../src/runs/readRun.ts";
import { file, framed, headerOf } from "./safetensorsFiles.ts";

const bytesOf = (data: ArrayBufferView): number[] => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
const decode = (bytes: Uint8Array): Safetensors => decodeSafetensors(bytes, "f");
const rule = "f: not a safetensors file of float32 or float64";

describe("writing", () => {
  test("preserves tensors and their order", () => {
    expect(decode(encodeSafetensors(file))).toEqual(file);
    const numbers = ["b", "2", "1"].map((name) => ({ name, shape: [0], data: new Float32Array(0) }));
    expect(decode(encodeSafetensors({ tensors: numbers, metadata: {} })).tensors.map(({ name }) => name)).toEqual([
      ...["b", "2", "1"],
    ]);
  });

  test("begins with the length of a header that keeps tensors aligned to 8 bytes and has a SHA-256 of the content", () => {
    const bytes = encodeSafetensors(file);
    const { text, end } = headerOf(bytes);
    expect(end % 8).toBe(0);
    const hash = createHash("sha256");
    for (const [described, from, to] of [
      ['["a.weight","F32",[2,3]]', 0, 24],
      ['["steps","F64",[2]]', 28, 44],
      ['["β","F32",[]]', 24, 28],
    ] as const) {
      hash.update(`${described}\n`).update(bytes.subarray(end + from, end + to));
    }
    hash.update('[["network","tiny"]]');
    expect(JSON.parse(text)).toEqual({
      __metadata__: { network: "tiny", "entropy-sgd.sha256": `1:${hash.digest("hex")}` },
      "a.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
      β: { dtype: "F32", shape: [], data_offsets: [24, 28] },
      steps: { dtype: "F64", shape: [2], data_offsets: [28, 44] },
    });
    expect(bytes.length).toBe(end + 44);
  });

  test("in pieces copies no tensor", () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const tensors = [{ name: "w", shape: [2], data: whole.subarray(1, 3) }];
    const [header, piece, ...rest] = safetensorsPieces({ tensors, metadata: {} });
    expect(rest).toEqual([]);
    expect(piece!.buffer).toBe(whole.buffer);
    expect([piece!.byteOffset, piece!.length]).toEqual([4, 8]);
    expect([...header!, ...piece!]).toEqual([...encodeSafetensors({ tensors, metadata: {} })]);
  });

  test("refuses content that could not be read back", () => {
    const tensor = { name: "w", shape: [1], data: Float32Array.of(1) };
    const write = (tensors: readonly NamedTensor[], metadata = {}) => encodeSafetensors({ tensors, metadata });
    expect(() => write([tensor, tensor])).toThrow('safetensors: names must differ, "w" is there twice or reserved');
    expect(() => write([{ ...tensor, name: "__metadata__" }])).toThrow(TypeError);
    expect(() => write([{ ...tensor, shape: [2] }])).toThrow('safetensors: "w" has 1 numbers, its shape is [2]');
    expect(() => write([], { "entropy-sgd.sha256": "" })).toThrow(
      "safetensors: the metadata entropy-sgd.sha256 are reserved",
    );
    expect(() => write([{ ...tensor, name: "\ud800" }])).toThrow(/has half a character, which UTF-8 has not$/);
    expect(() => write([{ ...tensor, name: "w".repeat(2 ** 24) }])).toThrow(/header must have at most 16777216 bytes/);
  });
});

describe("reading", () => {
  test("reads a file written byte by byte after the format's description", () => {
    const header =
      '{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"y":{"shape":[],"data_offsets":[0,8],"dtype":"F64"}}  ';
    const half = [0, 0, 0, 0, 0, 0, 0xe0, 0x3f];
    const [one, minusTwo] = [
      [0, 0, 0x80, 0x3f],
      [0, 0, 0, 0xc0],
    ] as const;
    const bytes = Uint8Array.of(
      ...[header.length, 0, 0, 0, 0, 0, 0, 0],
      ...new TextEncoder().encode(header),
      ...[...half, ...one, ...minusTwo],
    );
    expect(decode(bytes)).toEqual({
      tensors: [
        { name: "y", shape: [], data: Float64Array.of(0.5) },
        { name: "x", shape: [1, 2], data: Float32Array.of(1, -2) },
      ],
      metadata: {},
    });
    expect(decode(framed("{}"))).toEqual({ tensors: [], metadata: {} });
  });

  test("gives views where they are aligned, else copies", () => {
    const bytes = encodeSafetensors(file);
    const buffers = decode(bytes).tensors.map(({ data }) => data.buffer === bytes.buffer);
    // The float64 begin at byte 28 of the data.
    expect(buffers).toEqual([true, true, false]);
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    expect(decode(shifted).tensors.some(({ data }) => data.buffer === shifted.buffer)).toBe(false);
    expect(decode(shifted)).toEqual(file);
    expect(decode(Buffer.from(shifted))).toEqual(file);
  });

  test("refuses lone surrogates, as the format's own reader does, and accepts pairs", () => {
    const texts = (name: string, text: string): Uint8Array =>
      framed(`{"__metadata__":{"k":"${text}"},"${name}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`);
    const half = /texts must have no half characters/;
    expect(() => decode(texts("\\ud800", ""))).toThrow(half);
    expect(() => decode(texts("a", "\\udc00\\ud83d"))).toThrow(half);
    expect(decode(texts("\\ud83d\\ude00", "\\\\ud800")).tensors[0]!.name).toBe("\ud83d\ude00");
  });
});

describe("names", () => {
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "",
    "1",
    "0",
    "../../x",
    "/etc/passwd",
    "a\nb",
  ];

  test("are only names, not properties", () => {
    const tensors = names.map((name, i) => ({ name, shape: [1], data: Float32Array.of(i) }));
    const metadata = Object.fromEntries(names.map((name) => [name, name]));
    const read = decode(encodeSafetensors({ tensors, metadata }));
    expect(read.tensors).toEqual(tensors);
    expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
    expect(Object.entries(read.metadata)).toHaveLength(names.length);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Object.getPrototypeOf(read.metadata)).toBe(Object.prototype);
  });

  test("are not paths, and lengths reserve no memory", () => {
    const folder = mkdtempSync(join(tmpdir(), "weights-"));
    try {
      const path = join(folder, "run");
      mkdirSync(path);
      const data = Float32Array.of(1);
      const tensors = ["../escaped", "..", "a/b", join(folder, "x")].map((name) => ({ name, shape: [], data }));
      writeFileSync(join(path, "weights.safetensors"), encodeSafetensors({ tensors, metadata: {} }));
      expect(readWeights(path).tensors).toEqual(tensors);
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(["run", "run/weights.safetensors"]);
      const header = '{"w":{"dtype":"F64","shape":[1125899906842624],"data_offsets":[0,9007199254740991]}}';
      writeFileSync(join(path, "weights.safetensors"), framed(header));
      expect(() => readWeights(path)).toThrow(
        /run\/weights\.safetensors: not a safetensors file .* ≤ end ≤ 0, found \[0,9/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("and numbers are preserved bit by bit", () => {
    const name = fc.oneof(fc.string({ unit: "binary", maxLength: 5 }), fc.constantFrom(...names));
    const special = [0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fa0_0001, 0x7ff0_0000, 0xfff8_0001, 0xffff_ffff];
    const word = fc.oneof(fc.constantFrom(...special), fc.nat(2 ** 32 - 1));
    const data = fc.tuple(fc.array(fc.nat(3), { maxLength: 3 }), fc.boolean()).chain(([shape, isDouble]) => {
      const length = shape.reduce((product, size) => product * size, 1) * (isDouble ? 2 : 1);
      return fc.array(word, { minLength: length, maxLength: length }).map((words) => {
        const { buffer } = Uint32Array.from(words);
        return { shape, data: isDouble ? new Float64Array(buffer) : new Float32Array(buffer) };
      });
    });
    const tensors = fc
      .uniqueArray(fc.tuple(name, data), { maxLength: 5, selector: ([key]) => key })
      .map((list) => list.map(([key, value]) => ({ name: key, ...value })));
    const metadata = fc.array(fc.tuple(name, fc.string({ unit: "binary" })), { maxLength: 3 });
    fc.assert(
      fc.property(tensors, metadata, (written, texts) => {
        fc.pre(written.every((tensor) => tensor.name !== "__metadata__"));
        const read = decode(encodeSafetensors({ tensors: written, metadata: Object.fromEntries(texts) }));
        const bits = (list: readonly NamedTensor[]) => list.map((one) => ({ ...one, data: bytesOf(one.data) }));
        expect(bits(read.tensors)).toEqual(bits(written));
        expect(read.tensors.map((tensor) => tensor.data.constructor)).toEqual(
          written.map((one) => one.data.constructor),
        );
        expect(Object.entries(read.metadata)).toEqual(Object.entries(Object.fromEntries(texts)));
      }),
      { numRuns: 150 },
    );
  });
});

describe("files that break a rule are refused, each with its reason", () => {
  const entry = (changes: object = {}) => ({ dtype: "F32", shape: [2], data_offsets: [0, 8], ...changes });
  const four = (start: number, end: number) => ({
    dtype: "F32",
    shape: [(end - start) / 4],
    data_offsets: [start, end],
  });
  const json = JSON.stringify;
  const one = (changes: object) => json({ w: entry(changes) });
  const offsets = 'tensor "w": data_offsets must be two integers with 0 ≤ start ≤ end ≤ 8, found';
  const digits = "header: numbers must be digits alone, found";
  const sizes = 'tensor "w": shape must be sizes with a product below 2^53, found';

  test.each<[what: string, header: string | Uint8Array, why: string]>([
    ["not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), "header: must be UTF-8"],
    ["a byte order mark", "\ufeff{}", 'header: must begin with "{", found "\ufeff"'.replace("\ufeff", "\\ufeff")],
    ["empty", "", 'header: must begin with "{", found ""'],
    ["a list", "[]", 'header: must begin with "{", found "["'],
    ["cut", '{"w":{"dtype":"F3', "header: malformed JSON"],
    ["a bad escape in a key", '{"\\x":1}', "header: malformed JSON"],
    ["two values", "{}{}", "header: malformed JSON"],
    ["more brackets closed than open", "{}]]}}", "header: malformed JSON"],
    ["deep", '{"w":{"shape":[[1]]}}', "header: must be nested at most 3 deep"],
    ["a name twice", `{"w":${json(entry())},"w":${json(entry())}}`, 'header: keys must differ, "w" is there twice'],
    ["a name twice, once escaped", '{"w":1,"\\u0077":2}', 'header: keys must differ, "w" is there twice'],
    ["a name twice, with space", '{"a\\"b" \n:1,"a\\u0022b"\t:2}', 'header: keys must differ, "a\\"b" is there twice'],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}', 'header: keys must differ, "__proto__" is there twice'],
    ["a field twice", '{"w":{"dtype":"F32","dtype":"F64"}}', 'header: keys must differ, "dtype" is there twice'],
    ["a text twice", '{"__metadata__":{"k":"1","k":"2"}}', 'header: keys must differ, "k" is there twice'],
    ["metadata as a list", '{"__metadata__":[]}', "__metadata__: must be an object, found []"],
    ["metadata as null", '{"__metadata__":null}', "__metadata__: must be an object, found null"],
    ["a number in metadata", '{"__metadata__":{"k":1}}', '__metadata__: values must be strings, found 1 at "k"'],
    ["an entry that is none", '{"w":null}', 'tensor "w": must be an object, found null'],
    ["an entry as a list", '{"w":[]}', 'tensor "w": must be an object, found []'],
    ["a missing field", '{"w":{"dtype":"F32","shape":[2]}}', "must have dtype, shape, data_offsets and nothing else"],
    ["a further field", one({ strides: [1] }), "must have dtype, shape, data_offsets and nothing else, found"],
    ["inherited fields", '{"w":{"__proto__":1,"a":2,"b":3}}', 'found ["__proto__","a","b"]'],
    ["another dtype", one({ dtype: "BF16" }), 'tensor "w": dtype must be F32 or F64, found "BF16"'],
    ["a dtype of Object", one({ dtype: "constructor" }), 'tensor "w": dtype must be F32 or F64, found "constructor"'],
    ["a shape that is none", one({ shape: "2" }), 'tensor "w": shape must be a list of sizes, found "2"'],
    ["a shape of texts", one({ shape: ["2"] }), 'tensor "w": shape must be a list of sizes, found ["2"]'],
    ["a negative size", one({ shape: [-2] }), `${digits} -2`],
    ["two negative sizes", one({ shape: [-2, -1] }), `${digits} -2`],
    ["a size of −0", '{"w":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}', `${digits} -0`],
    ["a fraction of a size", one({ shape: [0.5, 4] }), `${digits} 0.5`],
    ["a huge size", one({ shape: [1e300] }), `${digits} 1e+300`],
    ["an infinite size", '{"w":{"dtype":"F32","shape":[1e999,0],"data_offsets":[0,0]}}', `${digits} 1e999`],
    ["a whole number with a point", '{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', `${digits} 2.0`],
    ["an offset with an exponent", '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0e0,8]}}', `${digits} 0e0`],
    ["a huge product", one({ shape: [2 ** 31, 2 ** 31] }), `${sizes} [2147483648,2147483648]`],
    ["a product that wraps at 2^64", one({ shape: [2 ** 32, 2 ** 32, 2] }), `${sizes} [4294967296,4294967296,2]`],
    ["one offset", one({ data_offsets: [0] }), `${offsets} [0]`],
    ["three offsets", one({ data_offsets: [0, 8, 8] }), `${offsets} [0,8,8]`],
    ["offsets as texts", one({ data_offsets: ["0", "8"] }), `${offsets} ["0","8"]`],
    ["a negative offset", one({ data_offsets: [-8, 0] }), `${digits} -8`],
    ["a fraction of an offset", one({ data_offsets: [0.5, 8.5] }), `${digits} 0.5`],
    ["an end before the start", one({ data_offsets: [8, 0] }), `${offsets} [8,0]`],
    ["an end after the data", one({ data_offsets: [0, 12], shape: [3] }), `${offsets} [0,12]`],
    ["a huge end", one({ data_offsets: [0, 2 ** 53 - 4] }), `${offsets} [0,9007199254740988]`],
    ["too few bytes", one({ data_offsets: [0, 4] }), 'tensor "w": must have 8 bytes by its shape and dtype, found 4'],
    ["F64 of half the bytes", one({ dtype: "F64" }), 'tensor "w": must have 16 bytes by its shape and dtype, found 8'],
    ["an overlap", json({ a: four(0, 8), w: four(4, 8) }), 'tensor "w": must begin at byte 8, where the one before it'],
    ["the same bytes twice", json({ a: four(0, 8), w: four(0, 8) }), 'tensor "w": must begin at byte 8, where the'],
    [
      "a gap at the start",
      json({ w: four(4, 8) }),
      'tensor "w": must begin at byte 0, where the one before it ends, found 4',
    ],
    ["a gap inside", json({ a: four(0, 0), w: four(4, 8) }), 'tensor "w": must begin at byte 0'],
    ["a gap at the end", json({ w: four(0, 4) }), "the tensors must fill all 8 bytes of data, found 4"],
    ["no tensor for the data", "{}", "the tensors must fill all 8 bytes of data, found 0"],
  ])("%s", (_, header, why) => {
    const bytes = framed(header, new Uint8Array(8));
    expect(() => decode(bytes)).toThrow(InputError);
    expect(() => decode(bytes)).toThrow(`${rule} (`);
    expect(() => decode(bytes)).toThrow(why);
  });

  test("order in the header is free, and empty tensors lie between others", () => {
    const header = json({ b: four(4, 8), none: { ...four(4, 4), shape: [0, 7] }, a: four(0, 4) });
    expect(decode(framed(header, new Uint8Array(8))).tensors.map(({ name }) => name)).toEqual(["a", "none", "b"]);
  });

  test("lengths that do not fit the file", () => {
    const bytes = encodeSafetensors(file);
    expect(() => decode(bytes.subarray(0, 5))).toThrow(`${rule} (must have at least 8 bytes, it has 5)`);
    expect(() => decode(new Uint8Array(0))).toThrow(`${rule} (must have at least 8 bytes, it has 0)`);
    expect(() => decode(bytes.subarray(0, 40))).toThrow(`${rule} (header: must end within the 40 bytes of the file`);
    expect(() => decode(bytes.subarray(0, bytes.length - 2))).toThrow('tensor "steps": data_offsets must be');
    const endless = new Uint8Array(100).fill(0xff);
    expect(() => decode(endless)).toThrow(
      `${rule} (header: must have at most 16777216 bytes, by its length it has 18446744073709551615)`,
    );
    const large = framed(`{}${" ".repeat(2 ** 24)}`);
    expect(() => decode(large)).toThrow("header: must have at most 16777216 bytes, by its length it has 16777218");
  });

  test("deeply nested brackets never reach the parser", () => {
    const bomb = framed(`{"w":${"[".repeat(1e7)}`);
    const parse = vi.spyOn(JSON, "parse");
    try {
      expect(() => decode(bomb)).toThrow("header: must be nested at most 3 deep");
      // Keys alone are parsed.
      expect(parse.mock.calls).toEqual([['"w"']]);
    } finally {
      parse.mockRestore();
    }
  });

  test("messages stay short for any content", () => {
    const message = (header: string): string => {
      try {
        decode(framed(header));
        return "";
      } catch (error) {
        return error instanceof InputError ? error.message : "";
      }
    };
    for (const header of [
      one({ shape: Array(1e5).fill(-1) }),
      json({ ["\x9b".repeat(1e5)]: 1 }),
      one({ dtype: "y".repeat(1e5) }),
    ]) {
      expect(message(header).length).toBeGreaterThan(90);
      expect(message(header).length).toBeLessThan(400);
      expect(message(header)).not.toMatch(/[\n\r\x9b]/);
    }
  });
});
