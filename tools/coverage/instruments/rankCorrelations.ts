import { rankCorrelation } from "entropy-sgd/landscape";
import { normalInto, randomKey } from "entropy-sgd/random";
import type { Instrument } from "../instrument.ts";

/** Spearman's correlation of n pairs of normals of correlation `pearson`. */
function seriesOf(n: number, pearson: number, seed: number) {
  const z = new Float64Array(2 * n);
  normalInto(z, { key: randomKey(seed, "coverage-ranks"), stream: n, step: 0 });
  const first = Array.from(z.subarray(0, n));
  return rankCorrelation(
    first,
    first.map((value, i) => pearson * value + Math.sqrt(1 - pearson ** 2) * z[n + i]!),
  );
}

/** Spearman's correlation with its interval. */
export const rankCorrelations: Instrument = {
  name: "rank-correlation",
  title: "Spearman's correlation of n pairs of normals of Pearson correlation p (`rankCorrelation`)",
  level: 0.95,
  claim: "about",
  unit: "pairs",
  numSeeds: 1000,
  cases: [4, 5, 6, 8, 10, 15, 20, 30, 50].flatMap((n) =>
    [0, 0.5, 0.9, 0.97].map((pearson) => ({
      name: `n = ${n}, p = ${pearson}`,
      // Of the population: (6/π)·asin(p/2).
      truth: (6 / Math.PI) * Math.asin(pearson / 2),
      run(seed: number) {
        const { estimate, low, high } = seriesOf(n, pearson, seed);
        return { estimate, interval: [low, high], cost: n } as const;
      },
    })),
  ),
};
