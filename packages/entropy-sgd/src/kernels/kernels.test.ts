import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { sharedMemory } from "../memory.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { adamStepInto, plainAdamStepInto } from "./adamStep.ts";
import { kernelsOver } from "./kernels.ts";
import { langevinStepInto, plainLangevinStepInto } from "./langevinStep.ts";
import { squaredDistance, squaredNorm } from "./norms.ts";

const number = fc.double({ min: -2, max: 2, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const common = { gradientScale: number, learningRate: share, averaging: share, noise: fc.constantFrom(0, 0.3) };
const langevin = fc.record({
  ...common,
  momentum: share,
  nesterov: fc.boolean(),
  insideDecay: fc.oneof(share, fc.constant(0)),
  insideForce: fc.oneof(share, fc.constant(0)),
  outsideDecay: fc.oneof(share, fc.constant(0)),
  outsideForce: fc.oneof(share, fc.constant(0)),
});
const adam = fc.record({
  ...common,
  force: share,
  decay: share,
  decoupledDecay: share,
  beta1: share,
  beta2: share,
  correction1: fc.double({ min: 1, max: 10, noNaN: true }),
  correction2: fc.double({ min: 1, max: 1000, noNaN: true }),
  epsilon: fc.constant(1e-8),
});
const range = fc.tuple(fc.nat(9000), fc.nat(9000)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const step = fc.nat(2 ** 31 - 1);

/** Vectors of 9,000 elements with the same numbers in shared memory, in own arrays, and once more for plain code. */
function vectors(count: number, seed: number): Float32Array[][] {
  const memory = sharedMemory(4 * 9000 * count + 64 * (count + 1));
  const places = [
    () => memory.allocate(9000, new Float32Array(0)) as Float32Array,
    () => new Float32Array(9000),
    () => new Float32Array(9000),
  ];
  return places.map((place) =>
    Array.from({ length: count }, (_, k) => {
      const out = place();
      normalInto(out, { key: randomKey(seed, "vectors"), stream: k, step: 0 });
      return out;
    }),
  );
}

/** Whether two lists of vectors are equal bit by bit. */
const sameBits = (a: readonly Float32Array[], b: readonly Float32Array[]): boolean =>
  a.every((v, k) => {
    const other = bitsOf(b[k]);
    return bitsOf(v).every((bits, i) => bits === other[i]);
  });
const bitsOf = (v: Float32Array): Uint32Array => new Uint32Array(v.buffer, v.byteOffset, v.length);

test("the kernels are compiled here, so that equality is not that of plain code with itself", () => {
  expect(kernelsOver(sharedMemory(1).buffer)).not.toBeNull();
});

test("the Langevin step has the same bits in shared memory, through scratch memory and in plain code", () => {
  fc.assert(
    fc.property(langevin, range, step, fc.boolean(), fc.boolean(), (c, [start, end], at, hasMean, hasVelocity) => {
      const [shared, own, plain] = vectors(5, at);
      const draw = { key: randomKey(at), stream: 7, step: at };
      const apply = (run: typeof langevinStepInto, [params, mean, velocity, anchor, gradient]: Float32Array[]) =>
        run(params, hasMean ? mean : null, hasVelocity ? velocity : null, anchor, gradient, c, draw, start, end);
      apply(langevinStepInto, shared);
      apply(langevinStepInto, own);
      apply(plainLangevinStepInto, plain);
      expect(sameBits(shared, plain)).toBe(true);
      expect(sameBits(own, plain)).toBe(true);
    }),
    { numRuns: 40, seed: 3 },
  );
});

test("the Adam step has the same bits in shared memory, through scratch memory and in plain code", () => {
  fc.assert(
    fc.property(adam, range, step, fc.boolean(), (c, [start, end], at, hasMean) => {
      const [shared, own, plain] = vectors(6, at);
      for (const all of [shared, own, plain]) all[3].set(all[3].map((value) => value * value));
      const draw = { key: randomKey(at), stream: 0, step: at };
      const apply = (run: typeof plainAdamStepInto, [params, mean, m, v, anchor, gradient]: Float32Array[]) =>
        run(params, hasMean ? mean : null, m, v, anchor, gradient, c, draw, start, end);
      apply(adamStepInto, shared);
      apply(adamStepInto, own);
      apply(plainAdamStepInto, plain);
      expect(sameBits(shared, plain)).toBe(true);
      expect(sameBits(own, plain)).toBe(true);
    }),
    { numRuns: 40, seed: 4 },
  );
});

// In browsers modules are loaded once and for all; there a page with such a policy is tested with the packages.
test.skipIf("document" in globalThis)(
  "without WebAssembly compilation the same bits come from plain code",
  async () => {
    const [, own, plain] = vectors(5, 1);
    const c = { gradientScale: 1, momentum: 0.9, nesterov: true, insideDecay: 0.1, insideForce: 0.2, outsideDecay: 0 };
    const rest = { outsideForce: 0.3, learningRate: 0.1, noise: 0.01, averaging: 0.75 };
    const draw = { key: randomKey(1), stream: 0, step: 1 };
    const forbidden = class {
      constructor() {
        throw new EvalError("forbidden by the content security policy");
      }
    };
    vi.resetModules();
    vi.stubGlobal("WebAssembly", { ...WebAssembly, Memory: WebAssembly.Memory, Module: forbidden });
    try {
      const fresh = await import("./langevinStep.ts");
      fresh.langevinStepInto(own[0], own[1], own[2], own[3], own[4], { ...c, ...rest }, draw, 3, 8000);
      const { kernelsOver: freshKernelsOver } = await import("./kernels.ts");
      const { sharedMemory: freshMemory } = await import("../memory.ts");
      expect(freshKernelsOver(freshMemory(1).buffer)).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
    langevinStepInto(plain[0], plain[1], plain[2], plain[3], plain[4], { ...c, ...rest }, draw, 3, 8000);
    expect(sameBits(own, plain)).toBe(true);
  },
);

describe("memory", () => {
  test("vectors are aligned, zeroed, apart, and as many as fit", () => {
    const memory = sharedMemory(65536 - 64);
    const [a, b] = [memory.allocate(5, new Float32Array(0)), memory.allocate(3, new Float64Array(0))];
    expect(a.byteOffset % 64 === 0 && b.byteOffset % 64 === 0 && a.byteOffset > 0).toBe(true);
    expect([...a, ...b]).toEqual(new Array(8).fill(0));
    a.fill(1);
    expect([...b]).toEqual([0, 0, 0]);
    const left = memory.bytesLeft();
    expect(() => memory.allocate(left / 4 + 1, new Float32Array(0))).toThrow(
      `sharedMemory: a vector of ${left / 4 + 1} elements needs ${left + 4} bytes, ${left} are left`,
    );
    expect(memory.allocate(left / 4, new Float32Array(0)).length).toBe(left / 4);
  });

  test.each([0, -1, 1.5, 2 ** 32, Number.NaN])("%f bytes are refused", (bytes) => {
    expect(() => sharedMemory(bytes)).toThrow(
      `sharedMemory: bytes must be an integer in [1, 4294967296), got ${bytes}`,
    );
  });
});

test("norms have the same bits in shared memory and in plain code", () => {
  const [shared, own] = vectors(2, 8);
  for (const length of [1, 16, 17, 4096, 8999]) {
    const [a, b] = shared.map((v) => v.subarray(0, length));
    const [c, d] = own.map((v) => v.subarray(0, length));
    expect(squaredDistance(a, b)).toBe(squaredDistance(c, d));
    expect(squaredNorm(a)).toBe(squaredNorm(c));
    const exact = c.reduce((sum, x, i) => sum + (x - d[i]) ** 2, 0);
    expect(Math.abs(squaredDistance(a, b) / exact - 1)).toBeLessThan(length * 2 ** -52);
  }
});

test("norms are those of the definition, for every length modulo 4", () => {
  for (let n = 0; n < 9; n++) {
    const a = Float32Array.from({ length: n }, (_, i) => i + 1);
    const b = Float32Array.from({ length: n }, (_, i) => 2 * i);
    const sum = (term: (i: number) => number) => Array.from(a, (_, i) => term(i)).reduce((x, y) => x + y, 0);
    expect(squaredNorm(a)).toBe(sum((i) => (i + 1) ** 2));
    expect(squaredDistance(a, b)).toBe(sum((i) => (1 - i) ** 2));
  }
});
