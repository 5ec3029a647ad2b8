import { type AnySplit, type DataSet, describeDataSet, printable } from "entropy-sgd-training";
import { classSentences, dataSentences } from "../statistics/dataWords.ts";

/** What is told of a data set before training: shapes, counts, classes, a line each. Cost: one look at each label. */
export function dataLines(data: DataSet<AnySplit>): string[] {
  const description = describeDataSet(data);
  return [...dataSentences(description), ...classSentences(description)].map(printable);
}
