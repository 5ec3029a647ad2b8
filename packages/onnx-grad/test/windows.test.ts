/** Convolution, transposed convolution and pooling of random sizes and options against their definitions, element by element. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const two = (min: number, max: number): fc.Arbitrary<[number, number]> => fc.tuple(small(min, max), small(min, max));

const drawn = fc.record({
  batch: small(1, 2),
  groups: small(1, 3),
  channels: small(1, 2),
  filters: small(1, 2),
  image: two(1, 7),
  kernel: two(1, 3),
  stride: two(1, 3),
  dilation: two(1, 2),
  padding: fc.tuple(small(0, 2), small(0, 2), small(0, 2), small(0, 2)),
  autoPad: fc.constantFrom(undefined, "same-upper" as const, "same-lower" as const),
  seed: small(1, 1e6),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function random(shape: readonly number[], seed: number): Float64Array {
  const next = numbers(seed);
  return Float64Array.from({ length: g.sizeOf(shape) }, () => 2 * next() - 1);
}

/** Outputs along an axis and what is added before, by hand. */
function along(w: Drawn, axis: 0 | 1, size: number): { readonly count: number; readonly before: number } {
  const [step, extent] = [w.stride[axis], (w.kernel[axis] - 1) * w.dilation[axis] + 1];
  if (w.autoPad === undefined) {
    const before = w.padding[axis];
    return { count: Math.floor((size + before + w.padding[axis + 2]! - extent) / step) + 1, before };
  }
  const count = Math.ceil(size / step);
  const total = Math.max(0, (count - 1) * step + extent - size);
  return { count, before: w.autoPad === "same-upper" ? Math.floor(total / 2) : Math.ceil(total / 2) };
}

const windowOf = ({ stride, dilation, padding, autoPad }: Drawn): g.WindowOptions => ({
  stride,
  dilation,
  ...(autoPad === undefined ? { padding } : { autoPad }),
});

/** Calls `visit(output row, output column, kernel row, kernel column, row, column)` for what of each window is inside. */
function walk(w: Drawn, [height, width]: [number, number], visit: (...at: number[]) => void): [number, number] {
  const [rows, columns] = [along(w, 0, height), along(w, 1, width)];
  for (let i = 0; i < rows.count; i++)
    for (let j = 0; j < columns.count; j++)
      for (let u = 0; u < w.kernel[0]; u++)
        for (let v = 0; v < w.kernel[1]; v++) {
          const row = i * w.stride[0] + u * w.dilation[0] - rows.before;
          const column = j * w.stride[1] + v * w.dilation[1] - columns.before;
          if (row >= 0 && row < height && column >= 0 && column < width) visit(i, j, u, v, row, column);
        }
  return [rows.count, columns.count];
}

function expectNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 11);
  });
}

/** Index into a row-major array. */
const at = (shape: readonly number[], ...index: number[]): number =>
  shape.reduce((sum, size, axis) => sum * size + index[axis]!, 0);

describe("by definition", () => {
  test("conv2d", () => {
    let numChecked = 0;
    fc.assert(
      fc.property(drawn, (w) => {
        const [rows, columns] = [along(w, 0, w.image[0]).count, along(w, 1, w.image[1]).count];
        fc.pre(rows > 0 && columns > 0);
        const shape = [w.batch, w.groups * w.channels, ...w.image];
        const kernel = [w.groups * w.filters, w.channels, ...w.kernel];
        const out = [w.batch, w.groups * w.filters, rows, columns];
        const [x, k] = [random(shape, w.seed), random(kernel, w.seed + 1)];
        const expected = new Array<number>(g.sizeOf(out)).fill(0);
        walk(w, w.image, (i, j, u, v, row, column) => {
          for (let b = 0; b < w.batch; b++)
            for (let o = 0; o < kernel[0]!; o++)
              for (let c = 0; c < w.channels; c++) {
                const channel = Math.floor(o / w.filters) * w.channels + c;
                expected[at(out, b, o, i!, j!)]! +=
                  x[at(shape, b, channel, row!, column!)]! * k[at(kernel, o, c, u!, v!)]!;
              }
        });
        const y = g.conv2d(g.input("x", shape), g.input("k", kernel), { ...windowOf(w), groups: w.groups });
        expect(y.shape).toEqual(out);
        expectNear(g.evaluate([y], { x, k })[0]!, expected);
        numChecked++;
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(numChecked).toBe(60);
  });

  test("convTranspose2d, each element spread over a window", () => {
    fc.assert(
      fc.property(drawn, two(0, 2), (w, more) => {
        fc.pre(w.autoPad === undefined && more.every((n, axis) => n < w.stride[axis]!));
        const size = ([0, 1] as const).map(
          (axis) =>
            (w.image[axis] - 1) * w.stride[axis] +
            (w.kernel[axis] - 1) * w.dilation[axis] +
            1 -
            w.padding[axis] -
            w.padding[axis + 2]! +
            more[axis],
        ) as [number, number];
        fc.pre(size.every((n) => n > 0));
        const shape = [w.batch, w.groups * w.channels, ...w.image];
        const kernel = [w.groups * w.channels, w.filters, ...w.kernel];
        const out = [w.batch, w.groups * w.filters, ...size];
        const [x, k] = [random(shape, w.seed), random(kernel, w.seed + 1)];
        const expected = new Array<number>(g.sizeOf(out)).fill(0);
        walk(w, size, (i, j, u, v, row, column) => {
          for (let b = 0; b < w.batch; b++)
            for (let c = 0; c < kernel[0]!; c++)
              for (let o = 0; o < w.filters; o++) {
                const filter = Math.floor(c / w.channels) * w.filters + o;
                expected[at(out, b, filter, row!, column!)]! +=
                  x[at(shape, b, c, i!, j!)]! * k[at(kernel, c, o, u!, v!)]!;
              }
        });
        const options = { ...windowOf(w), groups: w.groups, outputPadding: more };
        const y = g.convTranspose2d(g.input("x", shape), g.input("k", kernel), options);
        expect(y.shape).toEqual(out);
        expectNear(g.evaluate([y], { x, k })[0]!, expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("maxPool and averagePool with and without the padding", () => {
    fc.assert(
      fc.property(drawn, (w) => {
        const [rows, columns] = [along(w, 0, w.image[0]).count, along(w, 1, w.image[1]).count];
        const shape = [w.batch, w.channels, ...w.image];
        const options = { size: w.kernel, ...windowOf(w) };
        const x = g.input("x", shape);
        const data = random(shape, w.seed);
        const out = [w.batch, w.channels, rows, columns];
        const [largest, sums, counts] = [-Infinity, 0, 0].map((start) =>
          new Array<number>(Math.max(0, g.sizeOf(out))).fill(start),
        ) as [number[], number[], number[]];
        if (rows > 0 && columns > 0) {
          walk(w, w.image, (i, j, _, __, row, column) => {
            for (let b = 0; b < w.batch; b++)
              for (let c = 0; c < w.channels; c++) {
                const to = at(out, b, c, i!, j!);
                const value = data[at(shape, b, c, row!, column!)]!;
                largest[to] = Math.max(largest[to]!, value);
                sums[to]! += value;
                counts[to]!++;
              }
          });
        }
        const build = (): g.Value[] => [
          g.maxPool(x, options),
          g.averagePool(x, options),
          g.averagePool(x, { ...options, countIncludePad: false }),
        ];
        if (rows < 1 || columns < 1 || counts.includes(0)) {
          expect(build).toThrow(/^maxPool: /);
          return;
        }
        let values: g.Value[];
        try {
          values = build();
        } catch (error) {
          // The one restriction beyond those above: ONNX Runtime's.
          expect(String(error)).toMatch(/padding \(\d, \d, \d, \d\) must be less than the window \d×\d/);
          return;
        }
        const [maximum, average, exclusive] = g.evaluate(values, { x: data }) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        expectNear(maximum, largest);
        expectNear(
          average,
          sums.map((sum) => sum / (w.kernel[0] * w.kernel[1])),
        );
        expectNear(
          exclusive,
          sums.map((sum, i) => sum / counts[i]!),
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe("Keras's same at stride 2 puts the odd element after", () => {
  // 5 elements, windows of 3 at stride 2 begin at −1: before 1, after 1; 6 elements: before 0, after 1.
  test.each([
    [5, [1, 1]],
    [6, [0, 1]],
    [7, [1, 1]],
  ])("%i elements", (length, [before, after]) => {
    const x = g.input("x", [1, 1, length, length]);
    const w = g.input("w", [1, 1, 3, 3]);
    const padding = [before!, before!, after!, after!] as const;
    const feeds = { x: random([length * length], 1), w: random([9], 2) };
    const [auto, explicit] = g.evaluate(
      [g.conv2d(x, w, { stride: 2, autoPad: "same-upper" }), g.conv2d(x, w, { stride: 2, padding })],
      feeds,
    );
    expect(auto).toEqual(explicit);
  });
});

test("ceil mode adds a position only where it begins inside", () => {
  const count = (length: number, options: Partial<g.Pool1dOptions>): number =>
    g.maxPool1d(g.input("x", [1, 1, length]), { size: 2, stride: 2, ...options }).shape[2]!;
  expect([5, 6, 7].map((length) => count(length, {}))).toEqual([2, 3, 3]);
  expect([5, 6, 7].map((length) => count(length, { ceilMode: true }))).toEqual([3, 3, 4]);
  // At stride 3 the fourth window of 8 + 1 elements would begin at 9, in the padding after; that of 10 begins at 9.
  expect([8, 10].map((length) => count(length, { stride: 3, padding: [0, 1], ceilMode: true }))).toEqual([3, 4]);
});

test("transposed convolution with same padding multiplies the size by the stride", () => {
  const [x, w] = [g.input("x", [1, 2, 3, 4]), g.input("w", [2, 3, 3, 2])];
  for (const autoPad of ["same-upper", "same-lower"] as const) {
    expect(g.convTranspose2d(x, w, { stride: [3, 2], autoPad }).shape).toEqual([1, 3, 9, 8]);
  }
  expect(g.convTranspose2d(x, w, { stride: 2, autoPad: "valid" }).shape).toEqual([1, 3, 7, 8]);
});
