import { InputError } from "../inputError.ts";
import { type AnySplit, type DataSet, isLabelled, type Split } from "./split.ts";

/** The data set as one with classes. @throws InputError where targets are numbers */
export function classified(data: DataSet<AnySplit>): DataSet {
  const { train, validation, test } = data;
  return { ...data, train: labelled(train, data), validation: labelled(validation, data), test: labelled(test, data) };
}

function labelled(split: AnySplit, { name }: DataSet<AnySplit>): Split {
  if (isLabelled(split)) return split;
  throw new InputError({ path: name, rule: "targets must be classes, they are numbers" });
}
