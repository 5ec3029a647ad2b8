import { expect, test } from "vitest";
import { textTable } from "./textTable.ts";

const head = ["name", "one", "two", "three"];
const rows = [
  ["first", "1", "22", "333"],
  ["second", "4", "55", "666"],
];

test("columns that do not fit go to tables below, each beside the first column", () => {
  expect(textTable(head, rows)).toBe(
    "name    one  two  three\n------  ---  ---  -----\nfirst     1   22    333\nsecond    4   55    666\n",
  );
  const folded = textTable(head, rows, 18);
  expect(folded).toBe(
    "name    one  two\n------  ---  ---\nfirst     1   22\nsecond    4   55\n\nname    three\n------  -----\nfirst     333\nsecond    666\n",
  );
  // A column that fits nowhere stands alone all the same.
  expect(textTable(head, rows, 3).split("\n\n")).toHaveLength(3);
});

test("wide characters have a width of two columns, combining marks of none", () => {
  const table = textTable(
    ["name", "n"],
    [
      ["日本", "1"],
      ["e\u0301té", "22"],
      ["🙂한국어", "3"],
      ["ﾆﾎﾝ", "4"],
    ],
  );
  expect(table).toBe("name       n\n--------  --\n日本       1\ne\u0301té       22\n🙂한국어   3\nﾆﾎﾝ        4\n");
  // A long one is cut where it would go beyond the columns.
  expect(textTable(["name"], [["日".repeat(41)]]).split("\n")[2]).toBe(`${"日".repeat(39)}…`);
});

test("a last column is not alone if the table above has columns to spare", () => {
  const lines = textTable(["name", "one", "two", "three", "four"], [["a", "1", "2", "3", "4"]], 21).split("\n");
  expect(lines.filter((line) => line.startsWith("name"))).toEqual(["name  one  two", "name  three  four"]);
});
