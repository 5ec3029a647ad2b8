/** Data of few examples, to try out a network. */
import { type AnySplit, type DataSet, InputError, subset } from "entropy-sgd-training";

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
 * The first `count` training examples as training, validation and test examples: a network that can learn fits them all.
 *
 * @throws InputError if there are fewer
 */
export function overfitted(data: DataSet<AnySplit>, count: number): DataSet<AnySplit> {
  const { numExamples } = data.train;
  if (count > numExamples) {
    const rule = `must be at most the ${numExamples} training examples`;
    throw new InputError({ name: "overfit", rule, value: count });
  }
  const few = firstOf(data.train, count);
  return { ...data, train: few, validation: few, test: few };
}
