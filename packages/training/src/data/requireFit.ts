/** Whether data fit a network; checked once, where the two meet. */
import { InputError } from "../inputError.ts";
import type { DataSet, Split } from "./split.ts";

/** What data must fit: a network or a model that is compiled from it. */
export interface DataTaker {
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  readonly numClasses: number;
}

/**
 * Checks that a split's examples have the network's shape and classes.
 *
 * Cost: one look at each label.
 *
 * @param what - the split in messages, such as "test"
 * @returns how many examples each class has
 * @throws InputError that names the network, the split, the rule and the first example that breaks it
 */
export function requireSplit(network: DataTaker, split: Split, what: string): Int32Array {
  const { name, inputShape, numClasses } = network;
  const refuse = (rule: string): never => {
    throw new InputError({ path: name, rule: `the ${what} examples ${rule}` });
  };
  if (split.inputShape.join() !== inputShape.join()) {
    refuse(`must have the shape ${inputShape.join("×")}, they have ${split.inputShape.join("×")}`);
  }
  if (split.numClasses !== numClasses) refuse(`must have ${numClasses} classes, they have ${split.numClasses}`);
  const counts = new Int32Array(numClasses);
  for (let i = 0; i < split.numExamples; i++) {
    const label = split.labelOf(i);
    if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
      refuse(`must have labels from 0 to ${numClasses - 1}, the label of example ${i} is ${label}`);
    }
    counts[label]! += 1;
  }
  return counts;
}

/**
 * Checks that a data set can train and judge a network.
 *
 * @returns warnings about splits with a single class and classes without a training example
 * @throws InputError as `requireSplit`, and for a training or test split without examples
 */
export function requireFit(network: DataTaker, data: DataSet): string[] {
  const names = ["train", "validation", "test"] as const;
  const warnings: string[] = [];
  const classesOf = names.map((what) => {
    const split = data[what];
    if (split.numExamples === 0 && what !== "validation") {
      throw new InputError({
        path: network.name,
        rule: `the ${what} split must have at least one example, it is empty`,
      });
    }
    const counts = requireSplit(network, split, what);
    const classes = [...counts.keys()].filter((label) => counts[label] !== 0);
    if (classes.length === 1 && network.numClasses !== 1) {
      warnings.push(`all ${split.numExamples} ${what} examples are of class ${classes[0]}; ${remedy}`);
    }
    return classes;
  });
  const [trained, ...judged] = classesOf as [number[], number[], number[]];
  const unseen = [...new Set(judged.flat())].filter((label) => !trained.includes(label)).sort((a, b) => a - b);
  if (unseen.length > 0) {
    const which = unseen.length === 1 ? `class ${unseen[0]} has` : `classes ${unseen.join(", ")} have`;
    warnings.push(`${which} no training example; ${remedy}`);
  }
  return warnings;
}

const remedy =
  "are the data sorted by class? The last training examples are held out: --set heldOut=random draws them instead";
