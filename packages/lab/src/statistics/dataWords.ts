/** What a data set holds, in words. */
import { type DataSetDescription, splitNames } from "entropy-sgd-training";
import { grouped } from "./numbers.ts";

/** One line each: what was understood. */
export function dataSentences(description: DataSetDescription): string[] {
  if (description.text !== null) return [textSentence(description)];
  return exampleSentences(description);
}

/** `book.txt, read as text: windows of 50 characters, a vocabulary of 65; 1,003,854 train, 55,770 validation, 55,770 test`. */
function textSentence({ name, inputShape: [steps], text }: DataSetDescription): string {
  const { unit, vocabulary, numTokens } = text!;
  const counts = splitNames.map((part) => `${grouped(numTokens[part])} ${part}`).join(", ");
  return `${name}, read as text: windows of ${steps} ${unit}, a vocabulary of ${grouped(vocabulary)}; ${counts}`;
}

function exampleSentences({
  name,
  format,
  inputShape,
  numExamples,
  classes,
  targets,
  columns,
  augment,
  standardisation,
  whitened,
}: DataSetDescription): string[] {
  const counts = splitNames.map((part) => `${grouped(numExamples[part])} ${part}`).join(", ");
  return [
    `${name}${format === null ? "" : `, read as ${format}`}: examples of the shape ${inputShape.join("×")}; ${counts}`,
    ...(columns === null ? [] : [`inputs: ${columns.map(columnWords).join(", ")}`]),
    classes === null
      ? `targets: numbers of the shape ${targets!.shape.join("×")}${targets!.names ? ` (${targets!.names.join(", ")})` : ""}`
      : `targets: ${classes.names.length} classes`,
    whitened
      ? "inputs: the contrast of each image is normalised, then they are whitened (ZCA of the training images)"
      : standardisation === null
        ? "inputs are as they were read"
        : `inputs are standardised by ${standardisation.means.length} ${standardisation.means.length === 1 ? "mean and deviation" : "means and deviations"} of the training examples`,
    ...(augment.length === 0 ? [] : [`training batches are augmented: ${augment.join(", ")}`]),
  ];
}

function columnWords({
  name,
  categories,
}: {
  readonly name: string;
  readonly categories: readonly string[] | null;
}): string {
  return categories === null ? name : `${name} (${categories.length} categories)`;
}

/** More classes than these are not listed one by one. */
const maxListed = 20;

/** The classes with their training examples, in a line; none where targets are numbers. */
export function classSentences({ classes }: DataSetDescription): string[] {
  if (classes === null) return [];
  const { names, counts } = classes;
  const trained = counts.train;
  if (names.length > maxListed) {
    return [`training examples of a class: ${grouped(Math.min(...trained))} to ${grouped(Math.max(...trained))}`];
  }
  return [`training examples: ${names.map((name, label) => `${name} ${grouped(trained[label]!)}`).join(", ")}`];
}
