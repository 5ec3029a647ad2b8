import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

test("rows added by the host are the gradient in the table that scatterAdd gives", () => {
  const [words, width, count] = [7, 3, 10];
  const next = numbers(3);
  const [table, tokens] = [g.input("table", [words, width]), g.input("tokens", [2, 5], "int32")];
  const rows = g.gather(table, tokens);
  const loss = g.reduceSum(g.mul(rows, g.mul(rows, rows)));
  const at = Int32Array.from({ length: count }, () => Math.floor(words * next()));
  const feeds = { table: Float64Array.from({ length: words * width }, next), tokens: at };
  const [whole, part] = g.evaluate([...g.gradients(loss, [table]), ...g.gradients(loss, [rows])], feeds);
  const sums = new Float32Array(words * width);
  g.addRowsInto(sums, Float32Array.from(part!), at);
  sums.forEach((sum, i) => {
    expect(Math.abs(sum - whole![i]!)).toBeLessThan(1e-6);
  });
});

test("what does not fit is refused before anything is added", () => {
  const table = new Float32Array(6);
  const add =
    (rows: number, ...indices: readonly number[]) =>
    () =>
      g.addRowsInto(table, new Float32Array(rows).fill(1), Int32Array.from(indices));
  expect(add(4, 0, 3)).toThrow("addRowsInto: indices must be in 0 … 2, got 3");
  expect(add(4, 0, -1)).toThrow("addRowsInto: indices must be in 0 … 2, got -1");
  expect(add(5, 0, 1)).toThrow("addRowsInto: there must be one row per index, as long as the table's, got 5");
  expect(add(8, 0, 1)).toThrow("there must be one row per index");
  expect([...table]).toEqual([0, 0, 0, 0, 0, 0]);
});
