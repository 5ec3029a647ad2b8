/** What a data set is, in words, tables and a picture of examples. */
import { join } from "node:path";
import {
  type AnySplit,
  type DataSet,
  type DataSetDescription,
  describeDataSet,
  isLabelled,
  splitNames,
} from "entropy-sgd-training";
import { arePictures, exampleSheet } from "entropy-sgd-training/node";
import { makeFolder, writeWhole } from "../io/files.ts";
import { escaped, htmlPage, listHtml, table } from "../report/htmlPage.ts";
import { dataSentences } from "../statistics/dataWords.ts";
import { grouped, short } from "../statistics/numbers.ts";

/** Rows of a table at most; the others are counted. */
const maxRows = 100;
/** Examples of a class, and classes, on the sheet. */
const perClass = 10;
const maxClasses = 20;

/** Classes with their examples in each part; the head first. Empty where targets are numbers. */
export function classRows({ classes }: DataSetDescription): string[][] {
  if (classes === null) return [];
  const rows = classes.names.map((name, label) => [
    name,
    ...splitNames.map((part) => grouped(classes.counts[part][label] ?? 0)),
  ]);
  const left = rows.length - maxRows;
  const shown = left > 0 ? [...rows.slice(0, maxRows), [`and ${left} more`, "", "", ""]] : rows;
  return [["class", ...splitNames], ...shown];
}

/** Writes data.html, data.json and, of pictures, examples.png, which the page has too, to a folder. @returns the page's path */
export function writeDataPage(folder: string, data: DataSet<AnySplit>): string {
  const description = describeDataSet(data);
  makeFolder(folder);
  const parts = [listHtml(dataSentences(description))];
  const classes = classRows(description);
  if (classes.length > 0) parts.push("<h2>Classes</h2>", table(classes, "Examples of each class in each part."));
  if (arePictures(data.train)) {
    const rows = sheetRows(data.train);
    const sheet = exampleSheet(data.train, rows, data.preparation?.image?.order);
    writeWhole(join(folder, "examples.png"), sheet);
    const source = `data:image/png;base64,${Buffer.from(sheet).toString("base64")}`;
    const caption = isLabelled(data.train) ? "Training examples, a class in each row." : "The first training examples.";
    parts.push(
      `<h2>Examples</h2>\n<figure><img src="${source}" alt="${escaped(caption)}"><figcaption>${escaped(caption)}</figcaption></figure>`,
    );
  } else parts.push("<h2>Examples</h2>", exampleTable(data.train));
  writeWhole(join(folder, "data.json"), `${JSON.stringify(description)}\n`);
  const page = join(folder, "data.html");
  writeWhole(page, htmlPage(`Data: ${description.name}`, parts.join("\n")));
  return page;
}

/** The first examples of each class; without classes, rows of the first ones. */
function sheetRows(split: AnySplit): number[][] {
  if (!isLabelled(split)) {
    const shown = Math.min(split.numExamples, 5 * perClass);
    const all = Array.from({ length: shown }, (_, i) => i);
    return Array.from({ length: Math.ceil(shown / perClass) }, (_, row) =>
      all.slice(row * perClass, (row + 1) * perClass),
    );
  }
  const rows = Array.from({ length: Math.min(split.numClasses, maxClasses) }, (): number[] => []);
  for (let i = 0; i < split.numExamples; i++) {
    const row = rows[split.labelOf(i)];
    if (row !== undefined && row.length < perClass) row.push(i);
  }
  return rows.filter(({ length }) => length > 0);
}

/** The first numbers of the first examples, as a network sees them. */
function exampleTable(split: AnySplit): string {
  const size = split.inputShape.reduce((product, length) => product * length, 1);
  const shown = Math.min(size, 8);
  const example = new Float32Array(size);
  const rows = Array.from({ length: Math.min(split.numExamples, perClass) }, (_, index) => {
    split.readExampleInto(example, 0, index);
    return [...Array.from(example.subarray(0, shown), short), targetText(split, index)];
  });
  const head = [...Array.from({ length: shown }, (_, i) => `input ${i + 1}`), "target"];
  return table(
    [head, ...rows],
    `The first training examples as a network sees them, ${shown} of ${size} numbers of each.`,
  );
}

function targetText(split: AnySplit, index: number): string {
  if (isLabelled(split)) return `class ${split.labelOf(index)}`;
  const target = new Float32Array(split.targetShape.reduce((product, length) => product * length, 1));
  split.readTargetInto(target, 0, index);
  return Array.from(target.subarray(0, 4), short).join(", ");
}
