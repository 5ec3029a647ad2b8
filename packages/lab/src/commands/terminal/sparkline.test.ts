import { describe, expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";
import { valueHistory } from "./valueHistory.ts";

describe("sparkline", () => {
  test("has equal steps of height, on a linear scale up to a factor of ten", () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8)).toEqual({ text: "▁▂▃▄▅▆▇█", isLogarithmic: false, range: [1, 8] });
    expect(sparkline([-1, 0, 1], 8)).toMatchObject({ text: "▁▅█", isLogarithmic: false });
  });

  test("is logarithmic beyond", () => {
    // The exponents 0, 1, 2, 4 of 4 are 0, 2, 4 and 8 of 8 heights.
    expect(sparkline([1, 10, 100, 1e4], 8)).toEqual({ text: "▁▃▅█", isLogarithmic: true, range: [1, 1e4] });
  });

  test("draws means where there is less room, the ground without a range, and no value that is not finite", () => {
    expect(sparkline([1, 3, 5, 7], 2)).toEqual({ text: "▁█", isLogarithmic: false, range: [2, 6] });
    expect(sparkline([2, Number.NaN, 2], 8)?.text).toBe("▁▁");
    expect(sparkline([Number.POSITIVE_INFINITY], 8)).toBeNull();
  });
});

test("a history keeps means of all values in bounded memory", () => {
  const history = valueHistory();
  for (let value = 0; value < 1004; value++) history.add(value);
  const values = history.values();
  // Means of 8, as 128 of them would be full: 125 whole ones, and one of the last 4.
  expect(values).toHaveLength(126);
  expect([values[0], values[124], values[125]]).toEqual([3.5, 995.5, 1001.5]);
});
