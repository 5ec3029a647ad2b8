import { expect, test } from "vitest";
import { functionLengths } from "./functionLengths.ts";
import { generated, sourceFiles, textOf } from "./sourceFiles.ts";

const maxLines = 70;

test(`no function is longer than ${maxLines} lines`, () => {
  const files = ["packages", "tools", "bench", "faults", "examples"]
    .flatMap((folder) => sourceFiles(folder, { tests: false }))
    .filter((file) => !/^packages\/[^/]+\/test\//.test(file) && !generated.test(file));
  expect(files.length).toBeGreaterThan(300);
  const long = files.flatMap((file) =>
    functionLengths(file, textOf(file))
      .filter(({ lines }) => lines > maxLines)
      .map(({ name, lines }): [string, number] => [`${file} ${name}`, lines]),
  );
  expect(long).toEqual([]);
});

test("functions of every form are measured from their first line to their last", () => {
  const lines = (count: number): string => "  step();\n".repeat(count);
  const text = `
export async function declared() {
${lines(69)}}
const arrow = () => {
${lines(70)}};
const made = {
  method() {
${lines(3)}},
  property: function () {
${lines(4)}},
  get value() {
${lines(5)}},
};
list.map((item) => {
${lines(2)}});
class Thing {
  constructor() {
${lines(1)}}
}
function signature(): void;
`;
  expect(functionLengths("sample.ts", text)).toEqual([
    { name: "declared", lines: 71 },
    { name: "arrow", lines: 72 },
    { name: "method", lines: 5 },
    { name: "property", lines: 6 },
    { name: "value", lines: 7 },
    { name: "line 165", lines: 4 },
    { name: "line 170", lines: 3 },
  ]);
});
