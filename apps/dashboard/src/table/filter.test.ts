import { expect, test } from "vitest";
import { type Fields, meets, parseFilter, sortedBy, unknownKeys } from "./filter.ts";

const run: Fields = { name: "three/sgd-1", optimizer: "sgd", testError: 0.02, nesterov: true, seed: 1, preset: null };
const passes = (text: string) => meets(run, parseFilter(text));

test("words are looked for in names, conditions compare fields as --where does", () => {
  expect(
    ["", "SGD-1", "three sgd", "optimizer=sgd testError<0.03", "nesterov=true", "preset=null"].map(passes),
  ).toEqual(Array(6).fill(true));
  expect(["adam", "optimizer!=sgd", "testError<0.02", "seed>1", "optimizer<2", "testError<x"].map(passes)).toEqual(
    Array(6).fill(false),
  );
  expect(["testError<=0.02", "testError>=2e-2", "seed=1.0", "validationError!=3"].map(passes)).toEqual(
    Array(4).fill(true),
  );
});

test("quotes keep blanks, and names of Object's own are no fields", () => {
  expect(parseFilter('name="my run" "two words" x')).toEqual({
    words: ["two words", "x"],
    conditions: [{ key: "name", operator: "=", text: "my run" }],
  });
  expect(passes("constructor=null")).toBe(true);
  expect(unknownKeys(parseFilter("toString=1 seed=1"), [run])).toEqual(["toString"]);
});

test("sorts numbers before texts, what has no value last in both directions, numbers in names by size", () => {
  const rows = [{ v: "b" }, { v: null }, { v: 3 }, { v: 1 }, {}, { v: "run-10" }, { v: "run-2" }] as Fields[];
  const order = (sort: string) => sortedBy(rows, (row) => row, sort).map(({ v }) => v ?? null);
  expect(order("v")).toEqual([1, 3, "b", "run-2", "run-10", null, null]);
  expect(order("-v")).toEqual(["run-10", "run-2", "b", 3, 1, null, null]);
});
