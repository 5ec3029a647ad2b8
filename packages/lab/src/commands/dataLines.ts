/** What a data set holds, in lines for a terminal. */
import { type AnySplit, type DataSet, type DataSetDescription, describeDataSet, printable } from "entropy-sgd-training";
import { grouped } from "../statistics/numbers.ts";

/** More classes than these are not listed one by one. */
const maxListed = 20;

/** Shapes, counts and classes of a data set, a line each. Cost: one look at each label. */
export function dataLines(data: DataSet<AnySplit>): string[] {
  const description = describeDataSet(data);
  const { name, format, numExamples, inputShape, augment } = description;
  const { train, validation, test } = numExamples;
  const counts = `${grouped(train)} training, ${grouped(validation)} validation and ${grouped(test)} test examples`;
  const source = format === null ? name : `${name} (${format})`;
  const augmented = augment.length === 0 ? [] : [`training batches are augmented: ${augment.join(", ")}`];
  return [`${source}: ${counts} of ${inputShape.join("×")}`, ...targetLines(description), ...augmented].map(printable);
}

function targetLines({ classes, targets }: DataSetDescription): string[] {
  if (classes === null) {
    const { shape, names } = targets!;
    return [`targets: ${names?.join(", ") ?? `numbers of ${shape.join("×")}`}`];
  }
  const { names, counts } = classes;
  const trained = counts.train;
  if (names.length > maxListed) {
    const [least, most] = [Math.min(...trained), Math.max(...trained)];
    return [`${names.length} classes, of ${grouped(least)} to ${grouped(most)} training examples each`];
  }
  const listed = names.map((name, label) => `${name} ${grouped(trained[label]!)}`);
  return [`${names.length} classes, with their training examples: ${listed.join(", ")}`];
}
