import type { RecordedEvaluation, RunResult } from "./events.ts";

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
  const finite = evaluations.filter(({ testLoss }) => Number.isFinite(testLoss));
  const last = diverged ? undefined : finite.at(-1);
  let best: RecordedEvaluation | undefined;
  for (const event of finite) {
    if (event.validationError === null) continue;
    if (best?.validationError == null || event.validationError < best.validationError) best = event;
  }
  return {
    validationError: last?.validationError ?? null,
    testError: last?.testError ?? null,
    bestTestError: best?.testError ?? null,
    minTestError: finite.length > 0 ? finite.reduce((least, { testError }) => Math.min(least, testError), 1) : null,
  };
}
