import { expect, test } from "vitest";
import { duration, metricCell, metricSpread, plain, significant, tickLabel } from "./numbers.ts";

test("numbers have the digits that matter, and a dash where there is none", () => {
  expect([0, 1.23456, -0.000123456, 123456, 12345.6, Number.NaN, null].map((value) => significant(value))).toEqual([
    "0",
    "1.235",
    "−1.235e-4",
    "1.235e+5",
    "12346",
    "–",
    "–",
  ]);
  expect([0, 0.002, 20_000, 2.5e6, -30, 1e-6].map(tickLabel)).toEqual(["0", "0.002", "20k", "2.5M", "−30", "1e-6"]);
  expect([null, "x", 3, 0.1 + 0.2, true].map(plain)).toEqual(["–", "x", "3", "0.3", "true"]);
});

test("shares are in per cent, other metrics as they are", () => {
  expect([metricCell("error", 0.0123), metricCell("rmse", 0.0123), metricCell("error", null)]).toEqual([
    "1.23",
    "0.01230",
    "–",
  ]);
  expect([metricSpread("error", 0.02, 0.001), metricSpread("error", 0.02, null)]).toEqual(["2.00 ± 0.10", "2.00"]);
  expect([metricSpread("loss", 0.019213, 0.00042), metricSpread("seconds", 103.8, 16.02)]).toEqual([
    "0.01921 ± 0.00042",
    "104 ± 16",
  ]);
  expect([metricSpread("loss", 1, 0), metricSpread("loss", 2e6, 1234), metricSpread("loss", null, null)]).toEqual([
    "1.000 ± 0",
    "2.000e+6 ± 1234",
    "–",
  ]);
});

test("times are in words that fit a cell", () => {
  expect([3.14, 42, 100, 3599, 7500, null].map(duration)).toEqual([
    "3.1 s",
    "42 s",
    "2 min",
    "1 h 00 min",
    "2 h 05 min",
    "–",
  ]);
});
