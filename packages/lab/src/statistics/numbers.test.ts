import { expect, test } from "vitest";
import { milliseconds } from "./milliseconds.ts";
import { short, withError } from "./numbers.ts";

test.each([
  [0, "0"],
  [0.012345, "0.0123"],
  [-1234.5, "−1235"],
  [999.7, "1000"],
  [99_999, "1.00e+5"],
  [1.5e-7, "1.50e-7"],
  [2e6, "2.00e+6"],
  [Number.NaN, "–"],
])("%d is shown as %s", (value, text) => {
  expect(short(value)).toBe(text);
});

test("an estimate has the digits of its error", () => {
  expect(withError(0.0123456, 0.00021)).toBe("0.01235 ± 0.00021");
  expect(withError(123.456, 7.89)).toBe("123.5 ± 7.9");
  expect(withError(-0.00004, 0.0029)).toBe("0.0000 ± 0.0029");
  expect(withError(-0.25, 0.01)).toBe("−0.250 ± 0.010");
  expect(withError(1.5, 0)).toBe("1.50");
  expect(withError(Number.NaN, 1)).toBe("–");
  expect(withError(3e-9, 2e-10)).toBe("3.00e-9 ± 2.0e-10");
});

test.each([
  [1093.04, "1,093 ms"],
  [999.6, "1,000 ms"],
  [999.4, "999 ms"],
  [84.68, "84.7 ms"],
  [16, "16.0 ms"],
  [0.01234, "0.0123 ms"],
])("%d milliseconds are %s", (value, text) => {
  expect(milliseconds(value)).toBe(text);
});
