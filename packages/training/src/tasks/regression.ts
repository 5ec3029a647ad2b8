/** Numbers: squared, absolute or Huber loss. */
import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import { huberLoss, meanAbsoluteError, meanSquaredError, sizeOf, type Value } from "onnx-grad";
import type { AnySplit } from "../data/split.ts";
import { targetReader } from "../data/targetReader.ts";
import { shown } from "../printable.ts";
import { graphLossSum, type LossSum } from "./graphLossSum.ts";
import type { Guess, Scorer, Task } from "./task.ts";

/** Options of `regression`. */
export interface RegressionOptions {
  /** ℓ(e) of an error e = y − t: e², |e|, or e²/2 up to |e| = δ and δ(|e| − δ/2) beyond. Default `squared`. */
  readonly loss?: "squared" | "absolute" | "huber";
  /** δ of `huber`. Default 1. */
  readonly delta?: number;
}

const known: KnownOptions<RegressionOptions> = { loss: true, delta: true };

const losses: Readonly<
  Record<NonNullable<RegressionOptions["loss"]>, (outputs: Value, targets: Value, delta: number) => Value>
> = { squared: meanSquaredError, absolute: meanAbsoluteError, huber: huberLoss };

/**
 * Outputs y and targets t of one shape: f = mean over batch and elements of ℓ(y − t).
 *
 * Metrics: `rmse`, the root of the mean squared error (primary); `mae`, the mean absolute error; `r2`, the mean over the elements of
 * one example of 1 − Σ(y − t)²/Σ(t − t̄)², the sums over examples; elements with equal targets are left out, null without others.
 *
 * @throws TypeError for an unknown option, RangeError for another loss or a delta that is not positive and finite
 */
export function regression(options: RegressionOptions = {}): Task {
  requireKnownOptions("regression", known, options);
  const { loss = "squared", delta = 1 } = options;
  if (!Object.hasOwn(losses, loss)) {
    throw rangeError("regression", "loss", `must be one of ${Object.keys(losses).join(", ")}`, loss, shown(loss));
  }
  if (!(delta > 0 && Number.isFinite(delta))) {
    throw rangeError("regression", "delta", "must be positive and finite", delta, shown(delta));
  }
  const task: Task = {
    name: "regression",
    metrics: { rmse: "smaller", mae: "smaller", r2: "larger" },
    primary: "rmse",
    targetsOf: (shape) => ({ dtype: "float32", shape }),
    loss: (outputs, targets) => losses[loss](outputs, targets, delta),
    scorer: (outputShape) => regressionScorer(sizeOf(outputShape), graphLossSum(task, outputShape)),
    guess: (outputShape, training) => meanGuess(sizeOf(outputShape), graphLossSum(task, outputShape), training),
  };
  return task;
}

/** Sums in float64; of targets the mean and the squared deviations from it, by Welford's update. */
function regressionScorer(size: number, lossSumOf: LossSum): Scorer {
  const [means, deviations, squares] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  let [lossSum, absolutes, numExamples] = [0, 0, 0];
  return {
    add(outputs, targets, count) {
      lossSum += lossSumOf(outputs, targets, count);
      for (let i = 0; i < count; i++) {
        numExamples += 1;
        for (let k = 0; k < size; k++) {
          const target = targets[i * size + k]!;
          const error = outputs[i * size + k]! - target;
          squares[k]! += error * error;
          absolutes += Math.abs(error);
          const shift = target - means[k]!;
          means[k]! += shift / numExamples;
          deviations[k]! += shift * (target - means[k]!);
        }
      }
    },
    scores() {
      const numElements = numExamples * size;
      const shares = [...squares.keys()].filter((k) => deviations[k]! > 0).map((k) => squares[k]! / deviations[k]!);
      return {
        loss: lossSum / numExamples,
        metrics: {
          rmse: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / numElements),
          mae: absolutes / numElements,
          r2: shares.length === 0 ? null : 1 - shares.reduce((sum, share) => sum + share, 0) / shares.length,
        },
      };
    },
  };
}

/** The loss of the training targets' mean at each element; null where they are all equal. */
function meanGuess(size: number, lossSumOf: LossSum, training: AnySplit): Guess | null {
  const { numExamples } = training;
  const read = targetReader(training);
  const target = new Float32Array(size);
  const means = new Float64Array(size);
  for (let i = 0; i < numExamples; i++) {
    read(target, 0, i);
    for (let k = 0; k < size; k++) means[k]! += (target[k]! - means[k]!) / (i + 1);
  }
  const batchSize = Math.min(250, numExamples);
  const guesses = Float32Array.from({ length: batchSize * size }, (_, i) => means[i % size]!);
  const targets = new Float32Array(batchSize * size);
  let lossSum = 0;
  for (let start = 0; start < numExamples; start += batchSize) {
    const count = Math.min(batchSize, numExamples - start);
    for (let i = 0; i < count; i++) read(targets, i * size, start + i);
    lossSum += lossSumOf(guesses, targets, count);
  }
  return lossSum > 0 ? { loss: lossSum / numExamples, whose: "the mean target's" } : null;
}
