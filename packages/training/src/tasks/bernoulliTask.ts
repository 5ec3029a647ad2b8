import { binaryCrossEntropyWithLogits, sizeOf } from "onnx-grad";
import { graphLossSum, type LossSum } from "./graphLossSum.ts";
import type { Scorer, Task } from "./task.ts";

/** The elements of all examples. */
export interface ScoredElements {
  readonly logits: Float32Array;
  isPositive(index: number): boolean;
  /** Elements of one example. */
  readonly size: number;
}

/** What `binary` and `multilabel` share; they differ in how areas under ROC curves are taken. */
export function bernoulliTask(name: string, areaOf: (elements: ScoredElements) => number | null): Task {
  const task: Task = {
    name,
    metrics: { error: "smaller", auc: "larger" },
    primary: "error",
    activationOfLoss: "sigmoid",
    targetsOf: (shape) => ({ dtype: "float32", shape, areProbabilities: true }),
    loss: binaryCrossEntropyWithLogits,
    scorer: (outputShape) => bernoulliScorer(sizeOf(outputShape), graphLossSum(task, outputShape), areaOf),
    guess: () => ({ loss: Math.log(2), whose: "an even guess's" }),
  };
  return task;
}

function bernoulliScorer(
  size: number,
  lossSumOf: LossSum,
  areaOf: (elements: ScoredElements) => number | null,
): Scorer {
  const batches: { readonly logits: Float32Array; readonly targets: Float32Array }[] = [];
  let [lossSum, numWrong, numElements] = [0, 0, 0];
  return {
    add(outputs, given, count) {
      const logits = outputs.slice(0, count * size);
      const targets = Float32Array.from(given.subarray(0, count * size));
      batches.push({ logits, targets });
      lossSum += lossSumOf(logits, targets, count);
      numElements += logits.length;
      for (let i = 0; i < logits.length; i++) {
        const isNumber = !Number.isNaN(logits[i]!);
        if (!isNumber || logits[i]! > 0 !== targets[i]! > 0.5) numWrong++;
      }
    },
    scores() {
      const [logits, targets] = [new Float32Array(numElements), new Float32Array(numElements)];
      let at = 0;
      for (const batch of batches) {
        logits.set(batch.logits, at);
        targets.set(batch.targets, at);
        at += batch.logits.length;
      }
      const auc = areaOf({ logits, isPositive: (i) => targets[i]! > 0.5, size });
      return { loss: (lossSum * size) / numElements, metrics: { error: numWrong / numElements, auc } };
    },
  };
}
