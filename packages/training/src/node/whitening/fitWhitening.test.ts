import { normalInto, randomKey } from "entropy-sgd/random";
import { describe, expect, test } from "vitest";
import { contrastNormalised } from "../../data/contrast.ts";
import type { RawExamples } from "../../data/standardise.ts";
import { fittedWhitening, type Whitening, whiteningOf } from "./fitWhitening.ts";

/** Images 3×4×4 whose neighbours are alike: sums of normals over growing windows, and an offset and a contrast of each. */
function images(numExamples: number): RawExamples {
  const [n, key] = [48, randomKey(7, "images")];
  const draws = new Float32Array(numExamples * n);
  normalInto(draws, { key, stream: 0, step: 0 });
  return {
    numExamples,
    inputShape: [3, 4, 4],
    readExampleInto(out, offset, index) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum = 0.8 * sum + draws[index * n + i]!;
        out[offset + i] = 0.1 * index + (1 + (index % 3)) * sum;
      }
    },
  };
}

const rowsOf = (split: RawExamples, n: number): Float64Array[] =>
  Array.from({ length: split.numExamples }, (_, index) => {
    const row = new Float64Array(n);
    split.readExampleInto(row, 0, index);
    return row;
  });

const whitened = ({ means, matrix }: Whitening, x: Float64Array): Float64Array =>
  x.map((_, i) => x.reduce((sum, value, j) => sum + matrix[i * x.length + j]! * (value - means[j]!), 0));

test("contrast: each image has mean 0 and deviation 1, and one of a single value becomes zeros", () => {
  for (const row of rowsOf(contrastNormalised(images(5)), 48)) {
    expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12);
    expect(row.reduce((sum, x) => sum + x * x, 0) / 48).toBeCloseTo(1, 12);
  }
  const flat = { ...images(1), readExampleInto: (out: Float32Array | Float64Array) => void out.fill(3) };
  expect(rowsOf(contrastNormalised(flat), 48)[0]).toEqual(new Float64Array(48));
});

describe("whitening", () => {
  test("makes the covariance of the images it is fitted on the identity off the null direction of their means", async () => {
    const n = 48;
    const split = contrastNormalised(images(301));
    const words: string[] = [];
    const whitening = await fittedWhitening(split, { onProgress: (text) => words.push(text) });
    const rows = rowsOf(split, n).map((row) => whitened(whitening, row));
    // s/(s + 1e-5) of each direction, squared: the smallest s is above 0.05 here, so that 4e-4 is lost at most.
    let worst = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const covariance = rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / rows.length;
        // The projection off (1, …, 1)/√n.
        worst = Math.max(worst, Math.abs(covariance - (i === j ? 1 : 0) + 1 / n));
      }
    expect(worst).toBeLessThan(4e-4);
    expect(words).toEqual(["covariance of image 1 of 301", "eigenvectors of the 48×48 covariance"]);
  });

  test("is U diag(1/(s + 1e-5)) Uᵀ of a planted covariance, and 0 where nothing varies", () => {
    // Reflections I − 2vvᵀ are orthogonal: columns of U.
    const [n, deviations] = [6, [3, 1, 0.5, 0.1, 1e-3, 0]];
    const v = [1, 2, 3, 4, 5, 6].map((x) => x / Math.sqrt(91));
    const u = (i: number, k: number): number => (i === k ? 1 : 0) - 2 * v[i]! * v[k]!;
    const composed = (of: (s: number) => number): Float64Array =>
      Float64Array.from({ length: n * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return deviations.reduce((sum, s, k) => sum + u(i, k) * of(s) * u(j, k), 0);
      });
    const found = whiteningOf(
      composed((s) => s * s),
      n,
    );
    const expected = composed((s) => (s === 0 ? 0 : 1 / (s + 1e-5)));
    // The variance 1e-6 is known to 9 · 1e-16/1e-6 of itself: 1e-9 relative, of entries up to 1e3.
    found.forEach((x, i) => {
      expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5);
    });
  });

  test("ends at a signal", async () => {
    await expect(fittedWhitening(images(3), { signal: { aborted: true } })).rejects.toThrow("interrupted");
  });
});
