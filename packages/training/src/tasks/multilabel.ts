/** Any number of labels for each example: binary cross-entropy from a logit for each label. */
import { areaUnderCurve } from "./areaUnderCurve.ts";
import { bernoulliTask } from "./bernoulliTask.ts";
import type { Task } from "./task.ts";

/**
 * As `binary`, with the elements of the outputs as labels of their own: `error` is the share of wrong labels, and `auc` the mean
 * over labels of the area under each one's ROC curve, labels of which all targets are of one kind left out; null without others.
 */
export function multilabel(): Task {
  return bernoulliTask("multilabel", ({ logits, isPositive, size }) => {
    const areas = Array.from({ length: size }, (_, label) => {
      const own = Float32Array.from({ length: logits.length / size }, (_, i) => logits[i * size + label]!);
      return areaUnderCurve(own, (i) => isPositive(i * size + label));
    }).filter((area) => area !== null);
    return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length;
  });
}
