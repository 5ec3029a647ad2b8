import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { describeDataSet } from "../../data/describeDataSet.ts";
import { type AnySplit, isLabelled } from "../../data/split.ts";
import type { DataRequest } from "../dataSets.ts";
import { loadDataSet } from "../dataSets.ts";
import { loadExamples } from "../loadExamples.ts";

const root = mkdtempSync(join(tmpdir(), "csv-"));
afterAll(() => rmSync(root, { recursive: true }));
let numFiles = 0;

function file(text: string | Uint8Array, name = `table-${numFiles++}.csv`): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

const rowsOf = (split: AnySplit): number[][] =>
  Array.from({ length: split.numExamples }, (_, i) => {
    const out = new Float32Array(split.inputShape[0]!);
    split.readExampleInto(out, 0, i);
    return [...out];
  });

const targetsOf = (split: AnySplit): number[][] =>
  Array.from({ length: split.numExamples }, (_, i) => {
    if (isLabelled(split)) return [split.labelOf(i)];
    const out = new Float32Array(split.targetShape[0]!);
    split.readTargetInto(out, 0, i);
    return [...out];
  });

const inOrder = { heldOut: "last", test: 1, validation: 1 } as const;

test("columns of numbers are standardised by the training rows alone, texts become categories", () => {
  const data = file("size,town,price\n1,Ulm,10\n3,Bonn,20\n3,Ulm,30\n1,Bonn,40\n9,Ulm,50\n-7,Kiel,60\n");
  const set = loadDataSet({ data, target: ["price"], ...inOrder });
  // The four training rows have mean 2 and deviation 1; the towns in order are Bonn, Kiel, Ulm.
  expect(set.preparation?.standardisation).toEqual({ means: [2, 0, 0, 0], deviations: [1, 1, 1, 1] });
  expect(rowsOf(set.train)).toEqual([
    [-1, 0, 0, 1],
    [1, 1, 0, 0],
    [1, 0, 0, 1],
    [-1, 1, 0, 0],
  ]);
  expect(rowsOf(set.validation)).toEqual([[7, 0, 0, 1]]);
  expect(rowsOf(set.test)).toEqual([[-9, 0, 1, 0]]);
  expect(targetsOf(set.train).flat()).toEqual([10, 20, 30, 40]);
  expect(describeDataSet(set)).toMatchObject({
    format: "csv",
    inputShape: [4],
    numExamples: { train: 4, validation: 1, test: 1 },
    classes: null,
    targets: { shape: [1], names: ["price"] },
    columns: [
      { name: "size", categories: null },
      { name: "town", categories: ["Bonn", "Kiel", "Ulm"] },
    ],
  });
});

test("means of large numbers keep their digits", () => {
  const data = file("time,y\n1700000001,0\n1700000003,0\n1700000001,0\n1700000003,0\n");
  const set = loadDataSet({ data, validation: 0, test: 1, heldOut: "last", mean: [1700000002], std: [1] });
  expect(rowsOf(set.train).flat()).toEqual([-1, 1, -1]);
  expect(loadDataSet({ data, validation: 0, test: 2, heldOut: "last" }).preparation?.standardisation).toEqual({
    means: [1700000002],
    deviations: [1],
  });
});

describe("targets", () => {
  const text = "x,class,n\n1,b,1\n2,a,2\n3,b,1\n4,a,2\n";

  test("that are texts are classes, sorted or as given", () => {
    const set = loadDataSet({ data: file(text), ...inOrder });
    expect(set.preparation?.classNames).toEqual(["a", "b"]);
    expect(targetsOf(set.train).flat()).toEqual([1, 0]);
    expect(describeDataSet(set).classes).toEqual({
      names: ["a", "b"],
      counts: { train: [1, 1], validation: [0, 1], test: [1, 0] },
    });
    const given = loadDataSet({ data: file(text), ...inOrder, classes: ["b", "a", "c"] });
    expect(targetsOf(given.train).flat()).toEqual([0, 1]);
    expect(given.train).toMatchObject({ numClasses: 3 });
  });

  test("that are numbers are numbers, few as they are, unless they are said to be classes", () => {
    const request = { data: file(text), target: ["n"], ignore: ["class"], ...inOrder };
    expect(targetsOf(loadDataSet(request).train).flat()).toEqual([1, 2]);
    const classes = loadDataSet({ ...request, targets: "classes" });
    expect([classes.preparation?.classNames, targetsOf(classes.train).flat()]).toEqual([
      ["1", "2"],
      [0, 1],
    ]);
  });

  test("may be several columns of numbers", () => {
    const set = loadDataSet({ data: file("a,b,c\n1,2,3\n4,5,6\n7,8,9\n"), target: ["c", "a"], ...inOrder });
    expect([set.preparation?.targetShape, targetsOf(set.train)]).toEqual([[2], [[3, 1]]]);
  });
});

test("a folder has a table for each part; separators, quotes, blanks, line ends and a byte-order mark are understood", () => {
  const folder = join(root, "parts");
  mkdirSync(folder);
  file('\ufeff"the x" ; y\r\n1;"a ""b"""\r\n\r\n2; c\r\n', "parts/train.csv");
  file("the x;y\n5;c\n", "parts/test.csv");
  file("the x;y\n3;c\n4;c", "parts/validation.csv");
  const set = loadDataSet({ data: folder, standardise: "none" });
  expect(set.preparation?.classNames).toEqual(['a "b"', "c"]);
  expect([set.train, set.validation, set.test].map((split) => rowsOf(split).flat())).toEqual([[1, 2], [3, 4], [5]]);
  expect(() => loadDataSet({ data: folder, validation: 1 })).toThrow("validation: the files have a part for it");
});

test("new rows are read by the preparation: columns by name, in any order, with or without targets", () => {
  const data = file("a,b,y\n1,u,0\n3,v,1\n5,u,2\n7,v,3\n");
  const preparation = JSON.parse(JSON.stringify(loadDataSet({ data, ...inOrder }).preparation));
  expect(preparation.standardisation).toEqual({ means: [2, 0, 0], deviations: [1, 1, 1] });
  const fresh = file("more,b,a\nx,v,12\n,u,2\n");
  const { examples, nameOf } = loadExamples(fresh, preparation, { withTargets: false });
  expect(rowsOf(examples as AnySplit)).toEqual([
    [10, 0, 1],
    [0, 1, 0],
  ]);
  expect([nameOf(0), nameOf(1)]).toEqual(["line 2", "line 3"]);
  expect(() => loadExamples(fresh, preparation, { withTargets: true })).toThrow(
    'columns: must be a column; they are more, b, a, got "y"',
  );
  expect(targetsOf(loadExamples(data, preparation, { withTargets: true }).examples).flat()).toEqual([0, 1, 2, 3]);
  expect(() => loadExamples(file("a,b\n1,w\n"), preparation, { withTargets: false })).toThrow(
    /line 2: column b must have one of the 2 texts that it had in training, got "w"$/,
  );
});

describe("malformed tables are refused with file, place and rule", () => {
  test.each<[text: string | Uint8Array, message: string, request?: DataRequest]>([
    ["", "there are no rows in it"],
    ["x,y\n", "there are no rows in it"],
    ["x,y\n1,2\n3\n", "line 3: every line must have 2 cells as the first, this has 1"],
    ['x,y\n1,"2\n3,4\n', "line 2: a quote is never closed"],
    ['x,y\n1,"2"3\n', "line 2: a quote must enclose a whole cell, and be doubled inside it"],
    [Uint8Array.of(120, 44, 121, 10, 0xff, 44, 49), "must be text in UTF-8"],
    ["x,x,y\n1,2,3\n", "line 1: columns must have names, each its own, x is there twice"],
    ["x,,y\n1,2,3\n", "line 1: columns must have names, each its own, column 2 has none", { header: true }],
    ["x,y\n1,\nNA,2\n?,3\n", "no value may be missing, 3 are: line 2, column y; line 3, column x; line 4, column x"],
    ["x,y\n1,2\n2x,2\n", 'line 3: column x must have numbers only, or be named in categories, got "2x"'],
    ["x,y\n1,1e999\n", 'line 2: column y must be a number, got "1e999"'],
    ["x,z\n1,2\n", "target: must name the target column; the columns are x, z"],
    ["x,y\n1,2\n", 'target: must be a column; they are x, y, got "w"', { target: ["w"] }],
    ["x,y\n1,2\n", 'ignore: must be a column; they are x, y, got "w"', { ignore: ["w"] }],
    ["y\n1\n", "there must be a column besides the targets"],
    ["x,y\n1,a\n", 'line 2: column y must have numbers, got "a"', { targets: "numbers" }],
    ["x,y\n1,a\n2,b\n", 'line 3: the class must be one of a, got "b"', { classes: ["a"] }],
    ["x,y\n1,2\n", "test must be an integer from 0 to 0, the training examples less one, got 1", { test: 1 }],
    ["x,y\n1,2\n", "imageSize: is an option of images; these data are read as csv", { imageSize: [2, 2] }],
    [
      "x,y\n1,2\n2,3\n",
      "mean: must be 1 numbers, one for each of the columns, got [1, 2]",
      { mean: [1, 2], std: [1, 1], test: 1, validation: 0 },
    ],
  ])("%j", (text, message, request = {}) => {
    const data = file(text);
    const load = () => loadDataSet({ data, ...request });
    expect(load).toThrow(message);
    if (!message.startsWith("test")) expect(load).toThrow(/^\/.*table-\d+\.csv|^mean/);
  });
});
