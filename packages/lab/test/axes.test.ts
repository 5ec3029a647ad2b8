import * as Plot from "@observablehq/plot";
import { expect, test } from "vitest";
import { axisBySpan, logarithmicAxis } from "../src/report/axes.ts";
import { drawFigure } from "../src/report/drawFigure.ts";
import { logarithmicTicks } from "../src/report/ticks.ts";
import { tickLabel } from "../src/statistics/numbers.ts";

test("an axis is logarithmic for positive values that span more than a factor of ten", () => {
  expect(axisBySpan([1, 10.1, 3])).toBe(logarithmicAxis);
  for (const values of [[1, 10], [0, 100], [-1, 100], [Number.NaN, 1, 100], []]) expect(axisBySpan(values)).toEqual({});
  // More values than a function takes arguments.
  expect(axisBySpan(Array.from({ length: 300_000 }, (_, i) => 1 + i))).toBe(logarithmicAxis);
});

test("a logarithmic axis has ticks up to its ends, fewer of each decade where there are many", () => {
  expect(logarithmicTicks(0.2, 0.95)).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  expect(logarithmicTicks(7, 91)).toEqual([7, 10, 20, 30, 50, 70]);
  expect(logarithmicTicks(0.9, 91)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(logarithmicTicks(1e-3, 1)).toEqual([0.001, 0.01, 0.1, 1]);
  expect(logarithmicTicks(1e-30, 1)).toHaveLength(11);
  expect([0.002, 30, 2e-7, 0.00015, 2e5].map(tickLabel)).toEqual(["0.002", "30", "2e-7", "1.5e-4", "2e5"]);
  // Plot by itself labels nothing above 50 here.
  const points = [7, 20, 91].map((y, x) => ({ x, y }));
  const { svg } = drawFigure(
    { name: "f", title: "f", caption: "f" },
    { y: { ...logarithmicAxis, ticks: [20, 70, 90] }, marks: [Plot.dot(points, { x: "x", y: "y" })] },
  );
  for (const label of [20, 70, 90]) expect(svg).toContain(`>${label}</text>`);
});

test("a logarithmic axis within a small part of a decade has ticks too", () => {
  const points = [0.119, 0.14, 0.159].map((y, x) => ({ x, y }));
  const { svg } = drawFigure(
    { name: "f", title: "f", caption: "f" },
    { y: { ...logarithmicAxis }, marks: [Plot.dot(points, { x: "x", y: "y" })] },
  );
  for (const label of ["0.12", "0.13", "0.14", "0.15"]) expect(svg).toContain(`>${label}</text>`);
});
