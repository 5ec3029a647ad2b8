/** Quantiles of Student's t, for intervals and detectable differences over few repetitions. */

/** Standard normal quantiles that the instruments use: two-sided 5 %, and a power of 80 %. */
const normal = { 0.975: 1.959963984540054, 0.8: 0.8416212335729143 } as const;

/** Probabilities that quantiles are known for. */
export type Probability = keyof typeof normal;

/**
 * The quantile t_ν(p): exact for ν = 1, 2 and ∞, else the expansion in 1/ν to the fourth order, right to 0.3 % at ν = 3.
 *
 * @throws RangeError unless degreesOfFreedom is at least 1
 * @see Abramowitz, Stegun 1964, "Handbook of mathematical functions", 26.7.5
 */
export function studentQuantile(probability: Probability, degreesOfFreedom: number): number {
  const nu = degreesOfFreedom;
  if (!(nu >= 1)) throw new RangeError(`studentQuantile: degreesOfFreedom must be at least 1, got ${nu}`);
  const p = Number(probability);
  if (nu === 1) return Math.tan(Math.PI * (p - 0.5));
  if (nu === 2) return (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)));
  const z = normal[probability];
  if (nu === Number.POSITIVE_INFINITY) return z;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, k) => sum + term / nu ** (k + 1), z);
}
