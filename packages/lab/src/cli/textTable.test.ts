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
