/** Vectors as bytes: checksums, 16-bit numbers, chunks. */
import { describe, expect, test } from "vitest";
import { chunkBytes, decodeVector, encodeVector, type VectorHeader } from "../src/wire/chunks.ts";
import { fromFloat16, toFloat16 } from "../src/wire/float16.ts";
import { xxHash32 } from "../src/wire/xxHash32.ts";

describe("xxHash32", () => {
  // Values of the reference implementation, as its documentation and ports print them.
  test.each([
    ["", 0, 0x02cc5d05],
    ["a", 0, 0x550d7456],
    ["abc", 0, 0x32d153ff],
    ["Nobody inspects the spammish repetition", 0, 0xe2293b2f],
  ])("of %j with seed %i", (text, seed, hash) => expect(xxHash32(new TextEncoder().encode(text), seed)).toBe(hash));

  test("does not depend on where the bytes lie, nor in which view", () => {
    const bytes = Uint8Array.from({ length: 70 }, (_, i) => (i * 37) & 255);
    const shifted = Buffer.alloc(80);
    shifted.set(bytes, 3);
    expect(xxHash32(shifted.subarray(3, 73), 5)).toBe(xxHash32(bytes, 5));
    expect(xxHash32(bytes, 6)).not.toBe(xxHash32(bytes, 5));
  });
});

describe("float16", () => {
  test("every pattern comes back, NaN as NaN", () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, pattern) => pattern);
    const back = toFloat16(fromFloat16(all));
    const isNan = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;
    expect(all.findIndex((bits, i) => (isNan(bits) ? !isNan(back[i]!) : back[i] !== bits))).toBe(-1);
  });

  test("numbers are rounded to the nearest, half way to even", () => {
    // Beside 1 stands 1 + 2⁻¹⁰; the smallest is 2⁻²⁴, the largest 65,504.
    const given = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 2 ** -25, 1.5 * 2 ** -24, 65519, 65520, -0];
    const wanted = [1, 1 + 2 ** -9, 1 + 2 ** -10, 0, 2 ** -23, 65504, Number.POSITIVE_INFINITY, -0];
    expect([...fromFloat16(toFloat16(new Float32Array(given)))]).toEqual(wanted);
  });

  test("the error is at most 2⁻¹¹ of the number, or 2⁻²⁵", () => {
    // Across all magnitudes below 65,520: quotients of a geometric sequence, both signs.
    const numbers = Float32Array.from({ length: 20_000 }, (_, i) => (i % 2 ? -1 : 1) * 65_519 * 0.9975 ** i);
    const rounded = fromFloat16(toFloat16(numbers));
    const excess = [...numbers].map((x, i) => Math.abs(rounded[i]! - x) - Math.max(2 ** -11 * Math.abs(x), 2 ** -25));
    expect(Math.max(...excess)).toBeLessThanOrEqual(0);
  });
});

describe("chunks", () => {
  const elements = chunkBytes / 4 + 5;
  const header: VectorHeader = { run: "a", replica: 1, version: 9, elements, encoding: "float32" };
  const vector = Float32Array.from({ length: elements }, (_, i) => (i - 3.5) / 4);
  const { chunks, asRead } = encodeVector(vector, header);

  test("a vector comes back, from any alignment of its bytes", () => {
    expect(chunks.map(({ length }) => length)).toEqual([chunkBytes + 32, 52]);
    expect(asRead).toBe(vector);
    const shifted = chunks.map((chunk) => {
      const buffer = Buffer.alloc(chunk.length + 3);
      buffer.set(chunk, 3);
      return buffer.subarray(3);
    });
    expect(isSame(decodeVector(shifted, header), vector)).toBe(true);
  });

  test("of float16 is what the sender is told that others read", () => {
    const half = { ...header, encoding: "float16" as const };
    const sent = encodeVector(vector, half);
    expect(sent.chunks.map(({ length }) => length)).toEqual([32 + elements * 2]);
    expect(isSame(decodeVector(sent.chunks, half), sent.asRead)).toBe(true);
  });

  test("any byte that differs is refused", () => {
    const small = { ...header, elements: 3 };
    const [whole] = encodeVector(new Float32Array([1, 2, 3]), small).chunks;
    for (const at of whole!.keys()) {
      const damaged = whole!.slice();
      damaged[at]! ^= 16;
      expect(decodeVector([damaged], small), `byte ${at}`).toBe(at === 31 ? "newer-format" : "damaged");
    }
    expect(decodeVector([whole!.subarray(0, 40)], small)).toBe("damaged");
  });

  test.each([
    ["of another run", { run: "b" }, "wrong-run"],
    ["of another replica", { replica: 2 }, "wrong-run"],
    ["of a longer vector", { elements: elements + 1 }, "wrong-length"],
    ["of another version", { version: 7 }, "missing"],
  ] as const)("whole chunks %s are refused", (_, change, reason) => {
    const other = { ...header, ...change };
    // As many elements in a chunk as the reader expects.
    const sent = encodeVector(vector, other).chunks;
    expect(decodeVector(sent, header)).toBe(reason);
  });

  test("chunks that are absent or in each other's place are refused", () => {
    expect(decodeVector([chunks[0]!, null], header)).toBe("missing");
    const two = { ...header, elements: (chunkBytes / 4) * 2 };
    const [first, second] = encodeVector(new Float32Array(two.elements), two).chunks;
    expect(decodeVector([second!, first!], two)).toBe("missing");
  });

  test("numbers that are not finite are refused", () => {
    const small = { ...header, elements: 7 };
    const decoded = (numbers: Float32Array) => decodeVector(encodeVector(numbers, small).chunks, small);
    const finite = new Float32Array([3.4e38, 3.4e38, 3.4e38, -3.4e38, 1e-45, -0, 1]);
    expect(decoded(finite)).toEqual(finite);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const at of finite.keys())
        expect(decoded(finite.map((value, i) => (i === at ? bad : value))), `${bad} at ${at}`).toBe("not-finite");
  });
});

/** Quicker than the comparison of vitest on many elements. */
function isSame(actual: unknown, expected: Float32Array): boolean {
  if (!(actual instanceof Float32Array) || actual.length !== expected.length) return false;
  return expected.every((value, i) => value === actual[i]);
}
