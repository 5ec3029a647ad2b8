/** Data of few examples, to try out a network. */
import { type AnySplit, type DataSet, InputError, subset } from "entropy-sgd-training";
import type { SettingName, Settings } from "../settings/settings.ts";

/** The first examples of a split, all where it has fewer. */
function firstOf<S extends AnySplit>(split: S, count: number): S {
  const numExamples = Math.min(count, split.numExamples);
  return subset(
    split,
    Int32Array.from({ length: numExamples }, (_, i) => i),
  );
}

/** The first examples of each part. */
export function withFewExamples(data: DataSet<AnySplit>, numTraining: number, numOthers: number): DataSet<AnySplit> {
  const { train, validation, test } = data;
  const [few, others] = [firstOf(train, numTraining), [validation, test].map((split) => firstOf(split, numOthers))];
  return { ...data, train: few, validation: others[0]!, test: others[1]! };
}

/**
 * The data set that the settings of those names leave: `trainExamples` takes the first of the training part, and `overfit` the first of
 * them for training, validation and test alike, which a network that can learn fits all.
 *
 * @throws InputError if there are fewer
 */
export function asFewAs(
  data: DataSet<AnySplit>,
  { trainExamples, overfit }: Pick<Settings, "trainExamples" | "overfit">,
): DataSet<AnySplit> {
  const train = firstTraining(data.train, "trainExamples", trainExamples);
  if (overfit === null) return { ...data, train };
  const few = firstTraining(train, "overfit", overfit);
  return { ...data, train: few, validation: few, test: few };
}

function firstTraining(train: AnySplit, name: SettingName, count: number | null): AnySplit {
  const { numExamples } = train;
  if (count === null) return train;
  if (count <= numExamples) return firstOf(train, count);
  throw new InputError({ name, rule: `must be at most the ${numExamples} training examples`, value: count });
}
