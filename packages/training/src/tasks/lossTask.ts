import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import type { Value } from "onnx-grad";
import { graphLossSum } from "./graphLossSum.ts";
import type { TargetSpec, Task } from "./task.ts";

/** Options of `lossTask`. */
export interface LossTaskOptions {
  readonly name: string;
  /** The mean over the batch of your loss, a scalar, of outputs (batch, ...outputShape) and targets (batch, ...target shape). */
  loss(outputs: Value, targets: Value): Value;
  /** What targets are; floats of the outputs' shape when absent. */
  readonly targetsOf?: Task["targetsOf"];
}

const known: KnownOptions<LossTaskOptions> = { name: true, loss: true, targetsOf: true };

/**
 * A task of a loss of your own, built of the operations of onnx-grad. Its only metric is the loss: smaller is better.
 *
 * A task with metrics of its own is an object of the type `Task`.
 *
 * ```ts
 * import { lossTask } from "entropy-sgd-training";
 * import { mul, reduceMean, sub } from "onnx-grad";
 *
 * const squared = lossTask({ name: "squared", loss: (y, t) => reduceMean(mul(sub(y, t), sub(y, t))) });
 * const { add, scores } = squared.scorer([1]);
 * add(Float32Array.of(1, 4), Float32Array.of(0, 1), 2);
 * scores().loss; // => 5
 * ```
 *
 * @throws TypeError for an unknown option
 */
export function lossTask(options: LossTaskOptions): Task {
  requireKnownOptions("lossTask", known, options);
  const { name, loss, targetsOf = (shape): TargetSpec => ({ dtype: "float32", shape }) } = options;
  return {
    name,
    metrics: { loss: "smaller" },
    primary: "loss",
    targetsOf,
    loss,
    scorer(outputShape) {
      const lossSumOf = graphLossSum({ targetsOf, loss }, outputShape);
      let [lossSum, numExamples] = [0, 0];
      return {
        add(outputs, targets, count) {
          lossSum += lossSumOf(outputs, targets, count);
          numExamples += count;
        },
        scores: () => ({ loss: lossSum / numExamples, metrics: { loss: lossSum / numExamples } }),
      };
    },
    guess: () => null,
  };
}
