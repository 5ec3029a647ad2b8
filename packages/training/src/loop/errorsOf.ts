import type { Better, PrimaryMetric } from "../tasks/task.ts";
import type { PrimaryResult, RecordedEvaluation, RunResult } from "./events.ts";
import { primaryOf } from "./primaryOf.ts";

/** The error rates of a result. */
export type Errors = Pick<RunResult, "validationError" | "testError" | "bestTestError" | "minTestError">;

/** The number, or null where JSON has none. */
export function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/**
 * Errors of the last evaluation, test error at the best validation error (the earliest of equals), smallest test error.
 *
 * A run that diverged has no last errors; evaluations with a loss that is not finite count nowhere.
 */
export function errorsOf(evaluations: readonly RecordedEvaluation[], diverged: boolean): Errors {
  const points = finite(evaluations).map((event) => ({ validation: event.validationError, test: event.testError }));
  const { validation, test, bestTest, extremeTest } = courseOf(points, diverged, "smaller");
  return { validationError: validation, testError: test, bestTestError: bestTest, minTestError: extremeTest };
}

/** The same of a task's primary metric. */
export function primaryResultOf(
  evaluations: readonly RecordedEvaluation[],
  diverged: boolean,
  { name, better }: PrimaryMetric,
): PrimaryResult {
  return { name, better, ...courseOf(finite(evaluations).map(primaryOf), diverged, better) };
}

function finite(evaluations: readonly RecordedEvaluation[]): RecordedEvaluation[] {
  return evaluations.filter(({ testLoss }) => Number.isFinite(testLoss));
}

interface Point {
  readonly validation: number | null;
  readonly test: number | null;
}

function courseOf(points: readonly Point[], diverged: boolean, better: Better): Omit<PrimaryResult, "name" | "better"> {
  const isBetter = (a: number, b: number): boolean => (better === "smaller" ? a < b : a > b);
  const last = diverged ? undefined : points.at(-1);
  let best: Point | undefined;
  let extremeTest: number | null = null;
  for (const point of points) {
    const { validation, test } = point;
    if (validation !== null && (best?.validation == null || isBetter(validation, best.validation))) best = point;
    if (test !== null && (extremeTest === null || isBetter(test, extremeTest))) extremeTest = test;
  }
  return { validation: last?.validation ?? null, test: last?.test ?? null, bestTest: best?.test ?? null, extremeTest };
}
