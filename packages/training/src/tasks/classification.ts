/** One class of several: softmax cross-entropy. */
import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import {
  add,
  constant,
  logSoftmax,
  mul,
  oneHot,
  pick,
  reduceMean,
  reduceSum,
  softmaxCrossEntropy,
  type Value,
} from "onnx-grad";
import type { AnySplit } from "../data/split.ts";
import { shown } from "../printable.ts";
import { graphLossSum, type LossSum } from "./graphLossSum.ts";
import { answerOf, scoreLogits } from "./scoreLogits.ts";
import type { Guess, Scorer, Task } from "./task.ts";

/** Options of `classification`. */
export interface ClassificationOptions {
  /** s: the target distribution is 1 − s at the label plus s/classes at every class. In [0, 1); default 0. */
  readonly labelSmoothing?: number;
  /** w: the loss of an example is multiplied by its class's; 1 each by default. The mean is over examples, not over weights. */
  readonly classWeights?: readonly number[];
}

const known: KnownOptions<ClassificationOptions> = { labelSmoothing: true, classWeights: true };

/**
 * Classes from logits (batch, classes) and labels (batch,):
 *
 *   f = mean over the batch of w[label] · ((1 − s) · −log p[label] + s · mean over classes c of −log p[c]),  p = softmax(logits)
 *
 * Metrics: `error`, the share of wrong answers, where the answer is the first of the largest logits (primary); `top5Error`, the
 * share of labels with five or more classes before them (larger logits, or equal ones of earlier classes). Table:
 * `confusion`, counts by label (row) and answer (column), of up to 1,000 classes.
 *
 * @throws TypeError for an unknown option, RangeError for a smoothing outside [0, 1) or weights that are not positive and finite
 */
export function classification(options: ClassificationOptions = {}): Task {
  requireKnownOptions("classification", known, options);
  const { labelSmoothing = 0, classWeights = null } = options;
  const refuse = (name: keyof ClassificationOptions, rule: string): never => {
    throw rangeError("classification", name, `must be ${rule}`, options[name], shown(options[name]));
  };
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) refuse("labelSmoothing", "in [0, 1)");
  if (classWeights?.every((weight) => weight > 0 && Number.isFinite(weight)) === false)
    refuse("classWeights", "positive and finite");
  const isPlain = labelSmoothing === 0 && classWeights === null;
  function numClassesOf(outputShape: readonly number[]): number {
    const [numClasses] = outputShape;
    if (numClasses === undefined || outputShape.length > 1) {
      const rule = "must be [classes] for an example";
      throw rangeError("classification", "outputs", rule, outputShape, shown(outputShape));
    }
    if (classWeights !== null && classWeights.length !== numClasses) {
      refuse("classWeights", `${numClasses} numbers, one for each class`);
    }
    return numClasses;
  }

  const task: Task = {
    name: "classification",
    metrics: { error: "smaller", top5Error: "smaller" },
    primary: "error",
    activationOfLoss: "softmax",
    targetsOf: (outputShape) => ({ dtype: "int32", shape: [], numClasses: numClassesOf(outputShape) }),
    loss: (logits, labels) =>
      isPlain ? softmaxCrossEntropy(logits, labels) : reshapedLoss(logits, labels, labelSmoothing, classWeights),
    scorer: (outputShape) =>
      classificationScorer(numClassesOf(outputShape), isPlain ? null : graphLossSum(task, outputShape)),
    guess: (outputShape, training) => uniformGuess(classWeights, numClassesOf(outputShape), training),
  };
  return task;
}

/** The loss with label smoothing and class weights. */
function reshapedLoss(logits: Value, labels: Value, smoothing: number, weights: readonly number[] | null): Value {
  const logs = logSoftmax(logits);
  const ofLabel = mul(pick(logs, labels), constant(smoothing - 1));
  const ofAll = mul(reduceMean(logs, { axes: [1], keepDims: true }), constant(-smoothing));
  const losses = smoothing === 0 ? ofLabel : add(ofLabel, ofAll);
  if (weights === null) return reduceMean(losses);
  const isLabel = oneHot(labels, weights.length);
  return reduceMean(mul(losses, reduceSum(mul(isLabel, constant(weights)), { axes: [1], keepDims: true })));
}

/** A table of more classes than these is none to look at, and takes its square in memory. */
const maxTableClasses = 1000;

/** Scores by float64 sums on the host. @param lossSumOf - of the loss with smoothing or weights; null for the plain one */
function classificationScorer(numClasses: number, lossSumOf: LossSum | null): Scorer {
  let [lossSum, numWrong, numBeyondFive, numExamples] = [0, 0, 0, 0];
  const hasTable = numClasses <= maxTableClasses;
  const confusion = Array.from({ length: hasTable ? numClasses : 0 }, () => new Array<number>(numClasses).fill(0));
  return {
    add(logits, labels, count) {
      const scores = scoreLogits(logits, numClasses, count, (row) => labels[row]!);
      lossSum += lossSumOf === null ? scores.lossSum : lossSumOf(logits, labels, count);
      numWrong += scores.numWrong;
      numExamples += count;
      for (let row = 0; row < count; row++) {
        const label = labels[row]!;
        const start = row * numClasses;
        if (hasTable) confusion[label]![answerOf(logits, start, numClasses)]! += 1;
        let numBefore = 0;
        for (let c = 0; c < numClasses; c++) {
          const [own, other] = [logits[start + label]!, logits[start + c]!];
          // NaN has no place: it is behind all.
          if (c !== label && !(other < own || (other === own && c > label))) numBefore++;
        }
        if (numBefore >= 5) numBeyondFive++;
      }
    },
    scores: () => ({
      loss: lossSum / numExamples,
      metrics: { error: numWrong / numExamples, top5Error: numBeyondFive / numExamples },
      ...(hasTable ? { tables: { confusion } } : {}),
    }),
  };
}

/** log of the number of classes, times the mean weight of the training examples. */
function uniformGuess(weights: readonly number[] | null, numClasses: number, training: AnySplit): Guess {
  let loss = Math.log(numClasses);
  if (weights !== null && "labelOf" in training) {
    let sum = 0;
    for (let i = 0; i < training.numExamples; i++) sum += weights[training.labelOf(i)]!;
    loss *= sum / training.numExamples;
  }
  return { loss, whose: "a uniform guess's" };
}
