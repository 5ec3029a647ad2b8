import { expect, test } from "vitest";
import { ownDataOf } from "./ownData.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const row = (i: number): string => `${1000 + i},${i % 2 === 0 ? 1 : -1},${i < 10 ? "no" : "yes"}`;
const table = (change: (row: string, i: number) => string = (own) => own): string =>
  `x,z,label\n${Array.from({ length: 20 }, (_, i) => change(row(i), i)).join("\n")}\n`;

test("rows are held out of every class alike, and numbers standardised by the training rows", () => {
  const { classes, train, test: held, inputShape } = ownDataOf("mine.csv", bytesOf(table()));
  expect([classes, inputShape]).toEqual([["no", "yes"], [2]]);
  for (const [part, each] of [
    [train, 7],
    [held, 3],
  ] as const) {
    expect([0, 1].map((label) => part.labels.filter((own) => own === label).length)).toEqual([each, each]);
  }
  for (const axis of [0, 1]) {
    const values = [...train.inputs].filter((_, i) => i % 2 === axis);
    expect(values.reduce((sum, value) => sum + value, 0) / 14).toBeCloseTo(0, 6);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / 14).toBeCloseTo(1, 6);
  }
});

test("the label may be any column of a usual name", () => {
  const moved = table()
    .split("\n")
    .map((line) => line.split(",").reverse().join(","))
    .join("\n");
  expect(ownDataOf("mine.csv", bytesOf(moved)).classes).toEqual(["no", "yes"]);
});

test.each([
  [
    table((own, i) => (i === 4 ? own.replace(",1,", ",one,") : own)),
    'mine.csv: line 6, column z: must be a number, got "one"',
  ],
  [
    table((own, i) => (i === 4 ? own.replace("1004", "") : own)),
    'mine.csv: line 6, column x: must be a number, got ""',
  ],
  [
    table((own, i) => (i === 4 ? own.replace("no", "") : own)),
    'mine.csv: line 6, column label: must be a label, got ""',
  ],
  [
    table((own, i) => (i === 4 ? "1,2" : own)),
    "mine.csv: line 6: every line must have 3 cells as the first, this has 2",
  ],
  ["a,b\n1,2\n", "mine.csv: must have three columns, two of numbers and a label, got 2"],
  ["a,b,c\n1,2,u\n", "mine.csv: must have from 20 to 2000 rows, got 1"],
  [table((own) => own.replace("yes", "no")), "mine.csv: must have from 2 to 8 classes, got 1"],
  ["", "mine.csv: there are no rows in it"],
])("a bad file is refused with its place", (text, words) => {
  expect(() => ownDataOf("mine.csv", bytesOf(text))).toThrow(words);
});
