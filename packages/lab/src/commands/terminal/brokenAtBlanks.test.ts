import { expect, test } from "vitest";
import { brokenAtBlanks } from "./brokenAtBlanks.ts";

test.each([
  ["one two three", 40, "one two three"],
  ["one two three", 9, "one two\n    three"],
  ["  one two", 8, "  one\n    two"],
  // A number stays with its unit, and what is longer than a line is not broken.
  ["error 1.23 % here", 9, "error\n    1.23 %\n    here"],
  ["after 40 s and", 11, "after 40 s\n    and"],
  ["a path/of/a/file b", 8, "a\n    path/of/a/file\n    b"],
  ["数字 数字", 9, "数字\n    数字"],
])("breaks %j at %d columns", (line, columns, expected) => {
  expect(brokenAtBlanks(line, columns)).toBe(expected);
});
