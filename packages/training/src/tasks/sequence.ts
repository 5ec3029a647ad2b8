/** The next token at every step of a sequence: softmax cross-entropy. */
import { rangeError } from "entropy-sgd";
import { argMax, cast, logSoftmax, neg, notEqual, pick, reshape, softmaxCrossEntropy } from "onnx-grad";
import { shown } from "../printable.ts";
import { scoreLogits } from "./scoreLogits.ts";
import type { Scorer, Scores, Task, TokenScores } from "./task.ts";

/**
 * Tokens from logits (batch, steps, vocabulary) and targets (batch, steps), each the token that follows:
 *
 *   f = mean over batch and steps of −log p[target],  p = softmax(logits), in nats per token
 *
 * Metrics: `perplexity`, e^f (primary); `error`, the share of steps whose first largest logit is not the target's.
 */
export function sequence(): Task {
  return {
    name: "sequence",
    metrics: { perplexity: "smaller", error: "smaller" },
    primary: "perplexity",
    activationOfLoss: "softmax",
    targetsOf(outputShape) {
      const [steps, numClasses] = sizesOf(outputShape);
      return { dtype: "int32", shape: [steps], numClasses };
    },
    loss: (logits, targets) => softmaxCrossEntropy(logits, targets),
    scorer: (outputShape) => sequenceScorer(...sizesOf(outputShape)),
    tokens,
    guess: (outputShape) => ({ loss: Math.log(sizesOf(outputShape)[1]), whose: "a uniform guess's" }),
  };
}

const tokens: TokenScores = {
  of: (logits, targets) => ({
    losses: reshape(neg(pick(logSoftmax(logits), targets)), targets.shape),
    isWrong: notEqual(cast(argMax(logits), "float32"), cast(targets, "float32")),
  }),
  scores(lossSum, numWrong, numTokens): Scores {
    const loss = lossSum / numTokens;
    return { loss, metrics: { perplexity: Math.exp(loss), error: numWrong / numTokens } };
  },
};

function sizesOf(outputShape: readonly number[]): readonly [steps: number, vocabulary: number] {
  const [steps, vocabulary] = outputShape;
  if (outputShape.length === 2) return [steps!, vocabulary!];
  throw rangeError(
    "sequence",
    "outputs",
    "must be [steps, vocabulary] for an example",
    outputShape,
    shown(outputShape),
  );
}

/** Sums in float64. */
function sequenceScorer(steps: number, vocabulary: number): Scorer {
  let [lossSum, numWrong, numTokens] = [0, 0, 0];
  return {
    add(logits, targets, count) {
      const scores = scoreLogits(logits, vocabulary, count * steps, (row) => targets[row]!);
      lossSum += scores.lossSum;
      numWrong += scores.numWrong;
      numTokens += count * steps;
    },
    scores: () => tokens.scores(lossSum, numWrong, numTokens),
  };
}
