import { describe, expect, test } from "vitest";
import { bestEvaluation, numWithoutImprovement } from "./earlyStopping.ts";
import type { KeptEvaluation } from "./events.ts";
import { withEvaluation } from "./keptEvaluations.ts";
import { numKeptWhole } from "./thinning.ts";

/** Evaluations 10 gradients apart with these validation values of a metric. */
function evaluationsOf(values: readonly (number | null)[], better: "smaller" | "larger" = "smaller"): KeptEvaluation[] {
  return values.map((value, at) => ({
    type: "evaluation",
    gradients: 10 * (at + 1),
    effectiveEpochs: at + 1,
    validationLoss: 1,
    validationError: null,
    testLoss: 1,
    testError: null,
    validationMetrics: { score: value },
    testMetrics: { score: 0 },
    primary: { name: "score", better },
    seconds: 0,
  }));
}

describe("numWithoutImprovement", () => {
  test.each<[values: (number | null)[], minDelta: number, expected: number]>([
    [[], 0, 0],
    [[3], 0, 0],
    [[3, 2, 1], 0, 0],
    [[3, 3, 3], 0, 2],
    [[1, 2, 0.9, 2, 2], 0, 2],
    // Each is better than the one before, but not than the best by more than 0.5: the third is, the fourth is not.
    [[3, 2.75, 2.25, 2], 0.5, 1],
    // Exactly as much as minDelta is not more.
    [[3, 2], 1, 1],
    [[null, null], 0, 2],
    [[null, 5, null], 0, 1],
  ])("%j with minDelta %d: %d", (values, minDelta, expected) => {
    expect(numWithoutImprovement(evaluationsOf(values), minDelta)).toBe(expected);
  });

  test("follows the direction of the metric", () => {
    expect(numWithoutImprovement(evaluationsOf([1, 2, 3], "larger"), 0)).toBe(0);
    expect(numWithoutImprovement(evaluationsOf([3, 2, 1], "larger"), 0)).toBe(2);
  });

  test("is the same for the evaluations that a long run keeps", () => {
    // The last improvement, among the evaluations of which a long run keeps every second one, has an odd number.
    const values = Array.from({ length: numKeptWhole + 20 }, (_, i) => (i <= numKeptWhole + 10 ? 1 / (1 + i) : 1));
    const all = evaluationsOf(values);
    const whole: readonly KeptEvaluation[] = all.slice(0, numKeptWhole);
    const kept = all.slice(numKeptWhole).reduce((before, event) => withEvaluation(before, event, 1), whole);
    expect(kept.length).toBeLessThan(all.length - 1);
    expect(numWithoutImprovement(all, 0)).toBe(9);
    for (const minDelta of [0, 1e-6]) {
      expect(numWithoutImprovement(kept, minDelta)).toBe(numWithoutImprovement(all, minDelta));
    }
    expect(bestEvaluation(kept)?.gradients).toBe(bestEvaluation(all)?.gradients);
  });
});

test("the best evaluation is the earliest of equal ones", () => {
  expect(bestEvaluation(evaluationsOf([2, null, 1, 1]))?.gradients).toBe(30);
  expect(bestEvaluation(evaluationsOf([2, 3, 1], "larger"))?.gradients).toBe(20);
  expect(bestEvaluation(evaluationsOf([null]))).toBeNull();
});
