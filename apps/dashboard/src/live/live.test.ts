import type { Curve, LogBatch, RunRow } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { addressOf } from "./ask.ts";
import { appended, dataOf } from "./curveData.ts";
import { withChanges } from "./table.ts";

const curve = (axis: Curve["axis"], x: (number | null)[]): Curve => ({
  run: "a",
  axis,
  total: x.length,
  inInterval: x.length,
  extent: null,
  x,
  gradients: x.map((_, i) => 5 * (i + 1)),
  columns: { batchLoss: x.map((_, i) => 10 - i), scope: null },
  position: "",
});

const outers = (...gradients: number[]): Pick<LogBatch, "outers"> => {
  const values = gradients.map((value) => value / 100);
  const columns = {
    batchLoss: values,
    learningRate: values,
    scope: values,
    distance: values,
    localEntropyGradientNorm: values,
    gradientNorm: values,
  };
  return { outers: { gradients, epochs: values, columns } };
};

test("what a log gains is appended once, wherever batch and answer overlap", () => {
  const data = dataOf(curve("gradients", [5, 10]));
  const grown = [outers(10, 15), outers(5, 10), outers(15, 20)].reduce(appended, data);
  expect(grown.gradients).toEqual([5, 10, 15, 20]);
  expect(grown.x).toEqual([5, 10, 15, 20]);
  expect(grown.columns.batchLoss).toEqual([10, 9, 0.15, 0.2]);
  expect(grown.columns.scope).toEqual([null, null, 0.15, 0.2]);
  expect(appended(grown, outers(20))).toBe(grown);
  const epochs = appended(dataOf(curve("epochs", [0.05, 0.1])), outers(15));
  expect(epochs.x).toEqual([0.05, 0.1, 0.15]);
});

test("steps without a place on the axis of seconds are left out, and none is invented", () => {
  const data = dataOf(curve("seconds", [null, 2, 3]));
  expect([data.x, data.gradients, data.columns.batchLoss]).toEqual([
    [2, 3],
    [10, 15],
    [9, 8],
  ]);
  expect(appended(data, outers(20))).toBe(data);
});

test("a table takes new, changed and removed rows in the order of ids", () => {
  const row = (id: string, reason: string | null = null) => ({ id, reason }) as RunRow;
  const table = { version: "1", runs: [row("b"), row("d")] };
  const next = withChanges(table, { version: "2", changed: [row("c"), row("d", "new"), row("a")], removed: ["b"] });
  expect(next).toEqual({ version: "2", runs: [row("a"), row("c"), row("d", "new")] });
});

test("an address names each of several runs and leaves out what is not asked", () => {
  expect(addressOf("compare", { run: ["a b", "c&d"], quantity: null, from: 0 })).toBe(
    "api/compare?run=a+b&run=c%26d&from=0",
  );
  expect(addressOf("runs")).toBe("api/runs");
});
