/** How large a difference of test errors must be to matter, fixed before anything was compared. */
import type { DifferenceOptions } from "entropy-sgd/landscape";

/**
 * By data set: the margin of equivalence, and one image of the test set, as fractions. docs/decisions/equivalence.md has the
 * reasons, and margins for data sets that are not used yet.
 */
const testErrors: Readonly<Record<string, DifferenceOptions>> = {
  MNIST: { margin: 0.002, resolution: 1 / 10_000 },
  "cifar-10": { margin: 0.005, resolution: 1 / 10_000 },
};

/** The margin and resolution of a test metric on a data set; empty where none was fixed before, as for all but errors. */
export function testMetricOptions(metric: string, data: string | null): DifferenceOptions {
  return metric === "error" ? testErrorOptions(data) : {};
}

/** The margin and resolution of test errors on a data set; empty for data without a margin fixed before. */
export function testErrorOptions(data: string | null): DifferenceOptions {
  const name = data ?? "MNIST";
  return Object.hasOwn(testErrors, name) ? testErrors[name]! : {};
}

/** The margin of a perplexity: one per cent of the baseline's. */
export function perplexityOptions(baseline: number): DifferenceOptions {
  return { margin: 0.01 * baseline };
}
