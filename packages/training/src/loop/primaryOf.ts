import type { Metrics, PrimaryMetric } from "../tasks/task.ts";
import type { RecordedEvaluation } from "./events.ts";

/** A metric of validation and test; null without a validation split, or where it is not defined. */
export interface PrimaryValues extends PrimaryMetric {
  readonly validation: number | null;
  readonly test: number | null;
}

/** The primary metric of an evaluation: of runs made before there were tasks, the error. */
export function primaryOf(event: RecordedEvaluation): PrimaryValues {
  const { primary, validationMetrics, testMetrics, validationError, testError } = event;
  if (primary === undefined) {
    return { name: "error", better: "smaller", validation: validationError, test: testError };
  }
  const valueIn = (metrics: Metrics | null | undefined): number | null =>
    metrics && Object.hasOwn(metrics, primary.name) ? metrics[primary.name]! : null;
  return { ...primary, validation: valueIn(validationMetrics), test: valueIn(testMetrics) };
}

/** The primary metric with the sign by which smaller is better: what evaluations are ordered by. */
export function costsOf(event: RecordedEvaluation): Pick<PrimaryValues, "validation" | "test"> {
  const { better, validation, test } = primaryOf(event);
  const costOf = (value: number | null): number | null => (value === null || better === "smaller" ? value : -value);
  return { validation: costOf(validation), test: costOf(test) };
}
