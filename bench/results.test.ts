import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withTable } from "./report/readmeTable.mjs";
import { reportFiles } from "./results.mjs";

const files: [string, string][] = Object.entries(reportFiles());

test("the report is bench.md, its figure and README's table", () => {
  expect(files.map(([path]) => path.split("/").at(-1))).toEqual(["bench.md", "bench.svg", "README.md"]);
});

// After a change of the report's wording: npm run bench -- report.
test.each(files)("%s has the numbers of the committed results", (path, text) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a table replaces what stands between the markers, and nothing else", () => {
  const text = "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n";
  const once = withTable(text, "new");
  expect(once).toBe("before\n<!-- bench:begin -->\n\nnew\n\n<!-- bench:end -->\nafter\n");
  expect(withTable(once, "new")).toBe(once);
  expect(() => withTable("no markers", "new")).toThrow(/README.md needs/);
});
