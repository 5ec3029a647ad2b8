import type { Split, TargetSplit } from "../data/split.ts";
import type { Task } from "./task.ts";

/**
 * The shape of the outputs for one example that a task takes with these targets: [classes] for classes, [steps, vocabulary] for
 * tokens, one output for two classes where targets are probabilities, the targets' shape otherwise.
 *
 * @throws RangeError for targets that the task cannot have
 */
export function outputShapeFor(
  task: Task,
  split: Pick<Split, "numClasses"> | Pick<TargetSplit, "targetShape" | "numClasses">,
): readonly number[] {
  if ("targetShape" in split) {
    const { targetShape, numClasses } = split;
    return numClasses === undefined ? targetShape : [...targetShape, numClasses];
  }
  const ofClasses = [split.numClasses];
  return task.targetsOf(ofClasses).dtype === "int32" ? ofClasses : [1];
}
