import { expect, test } from "vitest";
import { axisBySpan, logarithmicAxis } from "../src/report/axes.ts";

test("an axis is logarithmic for positive values that span more than a factor of ten", () => {
  expect(axisBySpan([1, 10.1, 3])).toBe(logarithmicAxis);
  for (const values of [[1, 10], [0, 100], [-1, 100], [Number.NaN, 1, 100], []]) expect(axisBySpan(values)).toEqual({});
  // More values than a function takes arguments.
  expect(axisBySpan(Array.from({ length: 300_000 }, (_, i) => 1 + i))).toBe(logarithmicAxis);
});
