/** Several tests at once. */
import { type Difference, studentCdf } from "entropy-sgd/landscape";

/** The two-sided p-value of a difference; 1 where nothing could be seen. */
export function pValue({ estimate, standardError, degreesOfFreedom }: Difference): number {
  if (!(standardError > 0)) return 1;
  return 2 * studentCdf(-Math.abs(estimate / standardError), degreesOfFreedom);
}

/**
 * Which of the tests reject when all of them together may err with the given probability.
 *
 * The k-th smallest p-value of m must be below level/(m − k + 1), and so must those before it.
 *
 * @see Holm 1979, "A simple sequentially rejective multiple test procedure", Scand. J. Statistics 6
 */
export function holm(pValues: readonly number[], level = 0.05): boolean[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const rejected = pValues.map(() => false);
  for (const [k, i] of order.entries()) {
    if (!(pValues[i]! < level / (pValues.length - k))) break;
    rejected[i] = true;
  }
  return rejected;
}
