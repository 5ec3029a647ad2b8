import { expect, test } from "vitest";
import { joined } from "./joined.ts";

test("tables are one over every x, repeated x included", () => {
  const one = { x: [1, 2, 2, 5], columns: [[10, 20, 21, null]] };
  const other = {
    x: [2, 3],
    columns: [
      [7, 8],
      [0, null],
    ],
  };
  expect(joined([one, other])).toEqual({
    x: [1, 2, 2, 3, 5],
    columns: [
      [10, 20, 21, null, null],
      [null, 7, null, 8, null],
      [null, 0, null, null, null],
    ],
  });
  expect(joined([])).toEqual({ x: [], columns: [] });
});
