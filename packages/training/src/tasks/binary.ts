/** Yes or no, once or at every element of a map: binary cross-entropy from logits. */
import { areaUnderCurve } from "./areaUnderCurve.ts";
import { bernoulliTask } from "./bernoulliTask.ts";
import type { Task } from "./task.ts";

/**
 * Logits y and targets t in [0, 1] of one shape; labels 0 and 1 of two classes are targets of one output:
 *
 *   f = mean over batch and elements of −t log σ(y) − (1 − t) log(1 − σ(y))
 *
 * Metrics: `error`, the share of elements with y > 0 but not t > 1/2, or the other way (primary); `auc`, the area under the ROC
 * curve of all elements together, null where all targets are of one kind. Memory of a scorer: all outputs and targets.
 */
export function binary(): Task {
  return bernoulliTask("binary", ({ logits, isPositive }) => areaUnderCurve(logits, isPositive));
}
