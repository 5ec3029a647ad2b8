import { studentQuantile } from "entropy-sgd/landscape";
import { normalInto, randomKey } from "entropy-sgd/random";
import { chainMean } from "entropy-sgd/sampling";
import { type Instrument, symmetricInterval } from "../instrument.ts";

/** An autoregression xₖ = a·xₖ₋₁ + √(1 − a²)·N of variance 1 and mean 0, started in its law. */
function autoregression(a: number, n: number, seed: number): Float64Array {
  const values = new Float64Array(n);
  normalInto(values, { key: randomKey(seed, "coverage-chains"), stream: 0, step: 0 });
  for (let k = 1; k < n; k++) values[k] = a * values[k - 1]! + Math.sqrt(1 - a * a) * values[k]!;
  return values;
}

/** The mean of one correlated chain. */
export const chainMeans: Instrument = {
  name: "chain-mean",
  title: "Mean of an autoregression of correlation a over n steps (`chainMean`)",
  level: 0.95,
  claim: "about",
  unit: "steps",
  cases: [
    [0, 20],
    [0, 100],
    [0.5, 30],
    [0.5, 100],
    [0.9, 100],
    [0.9, 1000],
    [0.99, 1000],
    [0.97, 4000],
    [-0.5, 1000],
  ].map(([a, n]) => ({
    name: `a = ${a}, n = ${n}`,
    truth: 0,
    run(seed) {
      const { mean, standardError, degreesOfFreedom } = chainMean(autoregression(a!, n!, seed));
      const interval = symmetricInterval(mean, standardError, studentQuantile(0.975, degreesOfFreedom));
      return { estimate: mean, standardError, interval, cost: n! };
    },
  })),
};
