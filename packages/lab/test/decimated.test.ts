/** Curves of long runs are drawn with few points. */
import { isKept } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { numbers } from "../../training/test/tinyTask.ts";
import { lossCurves } from "../src/pages/curves.ts";
import { renderReport } from "../src/pages/renderReport.ts";
import { figuresOf } from "../src/pages/trainingFigures.ts";
import { decimated, leftOutWords } from "../src/report/decimated.ts";
import { outerAt, recordOf } from "./testRecords.ts";

describe("decimating", () => {
  const next = numbers(3);
  const points = Array.from({ length: 19_600 }, (_, x) => ({ x, y: next() ** 9 }));
  const few = decimated(points, ({ y }) => y);

  test("keeps first, last, lowest and highest of each bin, in their order", () => {
    expect(few.length).toBeLessThanOrEqual(4 * 700);
    expect(few.every(({ x }, i) => i === 0 || x > few[i - 1]!.x)).toBe(true);
    for (let bin = 0; bin < 700; bin++) {
      const [from, to] = [28 * bin, 28 * (bin + 1)];
      const [all, kept] = [points, few].map((some) => some.filter(({ x }) => x >= from && x < to));
      expect([kept![0], kept!.at(-1)]).toEqual([all![0], all!.at(-1)]);
      for (const extreme of [Math.min, Math.max]) {
        expect(extreme(...kept!.map(({ y }) => y))).toBe(extreme(...all!.map(({ y }) => y)));
      }
    }
  });

  test("leaves short curves unchanged", () => {
    const short = points.slice(0, 2800);
    expect(decimated(short, ({ y }) => y)).toBe(short);
  });
});

test("captions name the points that are left out", () => {
  const words = (numPoints: number) => leftOutWords([[], Array(numPoints)]);
  const ofPixels = " Of each 1/700 of a long curve its first, last, lowest and highest point are drawn.";
  expect([2800, 2801, 16_384].map(words)).toEqual(["", ofPixels, ofPixels]);
  expect(words(16_385)).toBe(
    ` After 16,384 points the log keeps every second, after twice as many every fourth, and so on.${ofPixels}`,
  );
});

test("the report of a run of 882,000 outer steps is a page of less than 2 MB", () => {
  const record = recordOf("entropy-sgd", 1, [0.1]);
  const next = numbers(5);
  const outers = [];
  for (let n = 1; n <= 882_000; n++) {
    if (!isKept(n)) continue;
    const norms = { scope: 1e-3, distance: next(), localEntropyGradientNorm: next(), gradientNorm: next() };
    outers.push({ ...outerAt(20 * n), ...norms, batchLoss: next() });
  }
  const [perOptimizer, long] = [lossCurves([{ ...record, outers }], 5), { ...record, outers }];
  expect(perOptimizer.length).toBeLessThanOrEqual(4 * 700);
  const figures = figuresOf([long]);
  expect(renderReport([long], figures).length).toBeLessThan(2e6);
  // The test error has one point only.
  expect(
    figures.map(({ caption }) => [caption.includes("the log keeps"), caption.includes("of a long curve")]),
  ).toEqual([
    [false, false],
    [true, true],
    [true, true],
  ]);
});
