/** Spearman's rank correlation with a 95 % interval. */
export interface RankCorrelation {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * Correlation of the ranks of two series; equal values share the mean of their ranks.
 *
 * The interval is tanh(atanh ρ ± 1.96·√((1 + ρ²/2)/(n − 3))).
 * @throws RangeError unless both have the same number of values, at least 4, and neither is constant
 * @see Bonett, Wright 2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations"
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): RankCorrelation {
  const n = a.length;
  if (n !== b.length || n < 4) {
    throw new RangeError(`rankCorrelation: both must have as many values, at least 4, got ${n} and ${b.length}`);
  }
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (n + 1) / 2;
  const product = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, rank, i) => sum + (rank - middle) * (v[i] - middle), 0);
  const scale = Math.sqrt(product(x, x) * product(y, y));
  if (scale === 0) throw new RangeError("rankCorrelation: neither series may be constant");
  const estimate = Math.max(-1, Math.min(1, product(x, y) / scale));
  const width = 1.959963984540054 * Math.sqrt((1 + estimate ** 2 / 2) / (n - 3));
  return { estimate, low: Math.tanh(Math.atanh(estimate) - width), high: Math.tanh(Math.atanh(estimate) + width), n };
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (let k = start; k < end; k++) ranks[order[k]] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}
