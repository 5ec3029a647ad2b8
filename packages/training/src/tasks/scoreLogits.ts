/** Loss and error of logits on the host: exact in float64, ties to the first class. */

/** Sums over the rows of `logits` [count × numClasses]: −log softmax at the label, and wrong answers. */
export interface LogitScores {
  readonly lossSum: number;
  readonly numWrong: number;
}

/** Scores of the first `count` rows; `labelOf(i)` is the class of row i. */
export function scoreLogits(
  logits: Float32Array,
  numClasses: number,
  count: number,
  labelOf: (row: number) => number,
): LogitScores {
  let lossSum = 0;
  let numWrong = 0;
  for (let row = 0; row < count; row++) {
    const start = row * numClasses;
    const best = answerOf(logits, start, numClasses);
    const largest = logits[start + best]!;
    let sum = 0;
    for (let c = 0; c < numClasses; c++) sum += Math.exp(logits[start + c]! - largest);
    const label = labelOf(row);
    lossSum += largest + Math.log(sum) - logits[start + label]!;
    if (best !== label || Number.isNaN(largest)) numWrong++;
  }
  return { lossSum, numWrong };
}

/** The first of the largest logits from `start` on. */
export function answerOf(logits: Float32Array, start: number, numClasses: number): number {
  let best = 0;
  for (let c = 1; c < numClasses; c++) if (logits[start + c]! > logits[start + best]!) best = c;
  return best;
}
