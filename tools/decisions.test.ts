import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../docs/decisions/", import.meta.url));
const pages = readdirSync(folder).filter((name) => name !== "README.md");

test("the index of decisions names each page once, with what it decides, its date and its status, oldest first", () => {
  const rows = readFileSync(`${folder}README.md`, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ["));
  const dates = rows.map((row) => {
    expect(row).toMatch(/^\| \[([\w-]+)\]\(\1\.md\) \| \S[^|]+ \| 2\d{3}-\d{2}-\d{2} \| \S[^|]+ \|$/);
    return row.split(" | ")[2]!;
  });
  expect(rows.map((row) => row.replace(/^.*?\]\((.*?)\).*$/, "$1")).sort()).toEqual(pages.sort());
  expect(dates).toEqual([...dates].sort());
});

test.each(pages)("%s begins with its choice as a title", (page) => {
  expect(readFileSync(folder + page, "utf8")).toMatch(/^# [A-Z0-9][^\n]{5,}\n\n/);
});
