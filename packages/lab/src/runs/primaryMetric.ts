/**
 * Which metric a run is judged by, and its values: the one place that knows of runs made before there were tasks, which are of
 * classification and have errors alone.
 */
import { InputError, type PrimaryMetric, type PrimaryResult, primaryOf, type RunResult } from "entropy-sgd-training";
import type { RunHistory } from "./readRun.ts";

/** The primary metric of runs made before there were tasks. */
const error: PrimaryMetric = { name: "error", better: "smaller" };

/** A result's primary metric with its values. */
export function primaryResult({
  primary,
  validationError,
  testError,
  bestTestError,
  minTestError,
}: RunResult): PrimaryResult {
  if (primary !== undefined) return primary;
  return {
    ...error,
    validation: validationError,
    test: testError,
    bestTest: bestTestError,
    extremeTest: minTestError,
  };
}

/** The primary metric of a run, ended or not. */
export function primaryMetric({
  start,
  evaluations,
  result,
}: Pick<RunHistory, "start" | "evaluations" | "result">): PrimaryMetric {
  const [first] = evaluations;
  const { name, better } = start?.primary ?? result?.primary ?? (first === undefined ? error : primaryOf(first));
  return { name, better };
}

/** Whether two metrics are the same, so that their values can stand together. */
export function isSameMetric(one: PrimaryMetric, other: PrimaryMetric): boolean {
  return one.name === other.name && one.better === other.better;
}

/** Each of the metrics once, in order of appearance; the error without any. */
export function distinctMetrics(metrics: readonly PrimaryMetric[]): readonly PrimaryMetric[] {
  const distinct = metrics.filter((metric, i) => metrics.findIndex((other) => isSameMetric(other, metric)) === i);
  return distinct.length === 0 ? [error] : distinct;
}

/**
 * The metric that all have: means and differences of different ones are none.
 *
 * @param what - what is made of them, in the message
 * @throws InputError if they have different ones
 */
export function sharedMetric(metrics: readonly PrimaryMetric[], what: string): PrimaryMetric {
  const [first, ...others] = distinctMetrics(metrics);
  if (others.length === 0) return first!;
  const names = [first!, ...others].map(({ name, better }) => `${name} (${better} is better)`).join(", ");
  throw new InputError({ name: what, rule: `must be of runs with one primary metric, found ${names}` });
}
