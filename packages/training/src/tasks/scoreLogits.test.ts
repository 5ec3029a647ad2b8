import { expect, test } from "vitest";
import { scoreLogits } from "./scoreLogits.ts";

test("loss is −log softmax at the label and the first of equal logits wins", () => {
  // Row 0: softmax of (0, ln 3) is (1/4, 3/4), label 0 → ln 4, wrong. Row 1: a tie goes to class 0, label 0 → ln 2, right.
  const scores = scoreLogits(Float32Array.of(0, Math.log(3), 5, 5), 2, 2, () => 0);
  expect(scores.lossSum).toBeCloseTo(Math.log(4) + Math.log(2), 6);
  expect(scores.numWrong).toBe(1);
});

test("large logits do not overflow and NaN counts as wrong", () => {
  expect(scoreLogits(Float32Array.of(1000, 0), 2, 1, () => 1).lossSum).toBeCloseTo(1000, 6);
  expect(scoreLogits(Float32Array.of(Number.NaN, 0), 2, 1, () => 0).numWrong).toBe(1);
});
