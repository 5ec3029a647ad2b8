import fc from "fast-check";
import { expect, test } from "vitest";
import { linearTicks, ticksBetween } from "./ticks.ts";

test("ticks are multiples of 1, 2 or 5 times a power of ten, and the numbers nearest to them", () => {
  expect(linearTicks(0, 1, 5)).toEqual({ values: [0, 0.2, 0.4, 0.6, 0.8, 1], step: 0.2 });
  expect(linearTicks(0.12, 0.34, 6).values).toEqual([0.15, 0.2, 0.25, 0.3]);
  expect(linearTicks(-30, 1270, 4).values).toEqual([0, 500, 1000]);
  expect(linearTicks(1e-7, 4e-7, 3).values).toEqual([1e-7, 2e-7, 3e-7, 4e-7]);
});

test("there are about as many as asked for, all of them between the ends", () => {
  const ends = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(ends, fc.integer({ min: 2, max: 10 }), ([low, size], count) => {
      const { values, step } = linearTicks(low, low + size, count);
      expect(values.length).toBeLessThanOrEqual(count + 1);
      expect(values.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5));
      const slack = 1e-6 * step;
      for (const value of values) expect(value >= low - slack && value <= low + size + slack).toBe(true);
    }),
  );
});

test("a logarithmic axis has ticks of decades, and evenly spaced ones within a part of a decade", () => {
  expect(ticksBetween("log", 1e-3, 10, 5)).toEqual({ values: [1e-3, 1e-2, 0.1, 1, 10], step: null });
  expect(ticksBetween("log", 1, 3, 5)).toEqual({ values: [1, 2, 3], step: null });
  expect(ticksBetween("log", 0.021, 0.029, 4)).toEqual({ values: [0.022, 0.024, 0.026, 0.028], step: 0.002 });
});
