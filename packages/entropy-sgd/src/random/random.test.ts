import { describe, expect, test } from "vitest";
import { sharedMemory } from "../memory.ts";
import type { Draw } from "./draw.ts";
import { bernoulliMaskInto, normalInto, uniformInto } from "./fills.ts";
import { integersInto, permutationInto } from "./integers.ts";
import { tileNormalsInto, tileWords } from "./plainRandom.ts";
import { randomKey } from "./randomKey.ts";

const draw = (step: number, stream = 0, seed = 1): Draw => ({ key: randomKey(seed, "test"), stream, step });
const normals = (length: number, from: Draw): Float32Array => {
  const out = new Float32Array(length);
  normalInto(out, from);
  return out;
};

/** Φ(x), by the series 1/2 + φ(x)·Σ x^(2k+1)/(2k+1)!! for |x| < 6, exact to float64. */
function normalDistribution(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Kolmogorov's statistic √n·sup|F̂ − F|. */
function kolmogorov(values: ArrayLike<number>, distribution: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  return (
    Math.sqrt(n) *
    sorted.reduce((worst, x, i) => {
      const p = distribution(x);
      return Math.max(worst, p - i / n, (i + 1) / n - p);
    }, 0)
  );
}

/** P(√n·D > 2.9) < 1e-7 (2·exp(−2·2.9²)), the two-sided level of 5 standard errors with room for a dozen tests. */
const kolmogorovLimit = 2.9;

describe("normals", () => {
  const n = 1 << 20;
  test("follow the normal distribution, in each lane and as a whole", () => {
    const all = normals(n, draw(0));
    expect(kolmogorov(all, normalDistribution)).toBeLessThan(kolmogorovLimit);
    for (let lane = 0; lane < 16; lane += 5) {
      const some = all.filter((_, i) => i % 16 === lane);
      expect(kolmogorov(some, normalDistribution)).toBeLessThan(kolmogorovLimit);
    }
  });

  test("have the moments 0, 1, 0, 3, 0, 15 within 5 standard errors", () => {
    const all = normals(n, draw(1));
    // E z^2k = (2k − 1)!!, and Var z^k = E z^2k − (E z^k)².
    const even = [1, 1, 3, 15, 105, 945, 10395];
    for (let k = 1; k <= 6; k++) {
      const mean = all.reduce((sum, z) => sum + z ** k, 0) / n;
      const exact = k % 2 === 0 ? even[k / 2] : 0;
      const error = Math.sqrt((even[k] - exact ** 2) / n);
      expect(Math.abs(mean - exact), `moment ${k}`).toBeLessThan(5 * error);
    }
  });

  test("are uncorrelated across lanes, steps, streams and keys, and so are their squares", () => {
    const base = normals(n, draw(5));
    const shifted = (by: number) => Float32Array.from({ length: n }, (_, i) => base[(i + by) % n]);
    const others = [
      ...[1, 2, 3, 4, 5, 8, 12, 16, 64].map(shifted),
      normals(n, draw(6)),
      normals(n, draw(2 ** 32 + 5)),
      normals(n, draw(5, 1)),
      normals(n, draw(5, 0, 2)),
    ];
    for (const other of others) {
      let product = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        product += base[i] * other[i];
        squares += (base[i] ** 2 - 1) * (other[i] ** 2 - 1);
      }
      // Each product has variance 1, each product of centred squares 2·2.
      expect(Math.abs(product)).toBeLessThan(5 * Math.sqrt(n));
      expect(Math.abs(squares)).toBeLessThan(5 * 2 * Math.sqrt(n));
    }
  });

  test("agree with Box and Muller's transform in float64 to the precision of the polynomials", () => {
    const out = new Float32Array(16);
    for (let tile = 0; tile < 2000; tile++) {
      const words = Array.from(tileWords(tile >> 1, draw(9))).slice(8 * (tile & 1));
      tileNormalsInto(out, tile, draw(9));
      for (const [k, i] of [0, 1, 2, 3, 8, 9, 10, 11].entries()) {
        const word = words[k];
        const radius = Math.sqrt(-2 * Math.log(((word >>> 12) + 0.5) * 2 ** -20));
        const t = (((word << 22) >> 22) + 0.5) / 512;
        const cosine = (((word >>> 11) & 1) === 1 ? -1 : 1) * Math.cos((Math.PI / 4) * t);
        const sine = Math.sin((Math.PI / 4) * t);
        const exchanged = ((word >>> 10) & 1) === 1;
        // −2 log u errs by 2.4e-7 (polynomial) and eight roundings of at most itself + 1, one of them that of u; the root
        // divides that by 2r. Sine and cosine err by 6e-8 and ten roundings below 1; root and product round once each.
        const unit = 2 ** -24;
        const bound =
          (2.4e-7 + 8 * unit * (radius ** 2 + 1)) / (2 * Math.max(radius, 3e-4)) + radius * (6e-8 + 12 * unit);
        expect(Math.abs(out[i] - radius * (exchanged ? sine : cosine))).toBeLessThan(bound);
        expect(Math.abs(out[i + 4] - radius * (exchanged ? cosine : sine))).toBeLessThan(bound);
      }
    }
  });

  test("point in every direction equally often, whatever their length", () => {
    const all = normals(n, draw(12));
    // 32 sectors of the circle for the pairs (element i, element i + 4) and 2 lengths, P(length² > log 4) = 1/2.
    const counts = new Array(64).fill(0);
    for (let i = 0; i < n; i++) {
      if (i % 8 >= 4) continue;
      const sector = Math.floor((16 * (Math.atan2(all[i + 4], all[i]) + Math.PI)) / Math.PI) % 32;
      counts[sector + (all[i] ** 2 + all[i + 4] ** 2 > Math.log(4) ? 32 : 0)]++;
    }
    const expected = n / 2 / 64;
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt((expected * 63) / 64));
  });
});

describe("uniforms, masks and integers", () => {
  test("uniforms lie in [0, 1) and are uniform", () => {
    const out = new Float32Array(1 << 18);
    uniformInto(out, draw(0));
    expect(out.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(kolmogorov(out, (x) => x)).toBeLessThan(kolmogorovLimit);
  });

  test.each([0.5, 0.75, 0.85])("masks keep a share of %f, scaled to mean 1", (keep) => {
    const out = new Float32Array(1 << 18);
    bernoulliMaskInto(out, keep, draw(0));
    const kept = out.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / keep)]));
    expect(Math.abs(kept.length - keep * out.length)).toBeLessThan(5 * Math.sqrt(keep * (1 - keep) * out.length));
  });

  test("keep 1 keeps everything; other rates are refused", () => {
    const out = new Float64Array(100);
    bernoulliMaskInto(out, 1, draw(0));
    expect(out.every((value) => value === 1)).toBe(true);
    expect(() => bernoulliMaskInto(out, 0, draw(0))).toThrow("bernoulliMaskInto: keep must be in (0, 1], got 0");
    expect(() => bernoulliMaskInto(out, 1.5, draw(0))).toThrow(RangeError);
  });

  test("integers take each value equally often", () => {
    const [bound, n] = [7, 70_000];
    const out = new Int32Array(n);
    integersInto(out, bound, draw(3));
    const counts = new Array(bound).fill(0);
    for (const value of out) counts[value]++;
    for (const count of counts) expect(Math.abs(count - n / bound)).toBeLessThan(5 * Math.sqrt((n * 6) / 49));
    expect(() => integersInto(out, 0, draw(3))).toThrow(
      "integersInto: bound must be an integer in [1, 4294967296], got 0",
    );
  });

  test("permutations hold every number once, and every order of three equally often", () => {
    const large = new Int32Array(1000);
    permutationInto(large, draw(0));
    expect([...large].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const counts = new Map<string, number>();
    const small = new Int32Array(3);
    const n = 12_000;
    for (let step = 0; step < n; step++) {
      permutationInto(small, draw(step));
      counts.set(small.join(), (counts.get(small.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - n / 6)).toBeLessThan(5 * Math.sqrt((n * 5) / 36));
  });
});

describe("bits", () => {
  test.each([
    { name: "normals", fill: normalInto },
    { name: "uniforms", fill: uniformInto },
    { name: "masks", fill: (out: Float32Array | Float64Array, from: Draw) => bernoulliMaskInto(out, 0.7, from) },
  ])("$name are the same in SIMD, scratch and plain code, whatever the length", ({ fill }) => {
    const memory = sharedMemory(1 << 17);
    for (const length of [1, 15, 16, 17, 33, 4096, 4097, 10_000]) {
      const shared = memory.allocate(length, new Float32Array(0));
      const own = new Float32Array(length);
      const plain = new Float64Array(length);
      for (const out of [shared, own, plain]) fill(out, draw(2 ** 40 + 3));
      expect([...own]).toEqual([...shared]);
      expect([...Float32Array.from(plain)]).toEqual([...shared]);
    }
  });

  test("normals by SIMD are those of the plain transform, tile by tile", () => {
    const out = new Float32Array(16 * 300);
    normalInto(out, draw(77));
    const tile = new Float32Array(16);
    for (let g = 0; g < 300; g++) {
      tileNormalsInto(tile, g, draw(77));
      expect([...out.subarray(16 * g, 16 * g + 16)]).toEqual([...tile]);
    }
  });

  test("keys tell texts, numbers and their order apart", () => {
    const paths = [[], [0], ["0"], ["a", "b"], ["ab"], ["b", "a"], [1, 2], [2, 1], [12]];
    const keys = [0, 1, 2 ** 32].flatMap((seed) => paths.map((path) => randomKey(seed, ...path).join()));
    expect(new Set(keys).size).toBe(keys.length);
    expect(() => randomKey(-1)).toThrow(
      "randomKey: seed and numbers must be integers in [0, 9007199254740991], got -1",
    );
    expect(() => randomKey(0.5)).toThrow(RangeError);
  });
});

describe("arguments of random numbers", () => {
  const key = randomKey(1, "arguments");
  const draw = { key, stream: 0, step: 0 };
  const none = JSON.parse("{}");
  test.each<[string, () => void, string]>([
    ["seed", () => randomKey(JSON.parse('"1"'), "a"), 'randomKey: seed must be an integer, got "1"'],
    [
      "path",
      () => randomKey(1, none),
      "randomKey: seed and numbers must be integers in [0, 9007199254740991], got an object",
    ],
    [
      "key",
      () => normalInto(new Float64Array(1), none),
      "normalInto: draw.key must be a key by randomKey, got undefined",
    ],
    ["draw", () => uniformInto(new Float32Array(1), JSON.parse("null")), "uniformInto: draw must be an object of key,"],
    [
      "step",
      () => normalInto(new Float32Array(1), { ...draw, step: 1.5 }),
      "normalInto: draw.step must be an integer in",
    ],
    [
      "stream",
      () => permutationInto(new Int32Array(1), { ...draw, stream: Number.NaN }),
      "permutationInto: draw.stream must",
    ],
    ["integers", () => integersInto(new Int32Array(1), 3, { ...draw, step: -1 }), "integersInto: draw.step must"],
    ["out", () => bernoulliMaskInto(JSON.parse("[0]"), 0.5, draw), "bernoulliMaskInto: out must be a Float32Array or"],
  ])("are checked: %s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
