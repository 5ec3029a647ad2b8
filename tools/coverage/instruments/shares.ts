import { nearZeroShare, spectralDensity } from "entropy-sgd/landscape";
import type { Instrument } from "../instrument.ts";
import { operatorOf, spectra } from "../spectra.ts";

/** Shares of eigenvalues near zero. */
export const shares: Instrument = {
  name: "density-share",
  title: "Share of eigenvalues with |λ| < τ by m Lanczos steps and k probes (`nearZeroShare`)",
  level: 0.95,
  claim: "at least",
  unit: "products",
  numSeeds: 200,
  cases: [
    ["flat", 0.1, 10, 4],
    ["flat", 0.1, 40, 2],
    ["flat", 0.02, 40, 1],
    ["as of a network", 0.1, 20, 2],
    ["as of a network", 0.002, 40, 2],
    ["a power law", 0.02, 20, 2],
    ["with copies", 0.5, 30, 2],
    ["of rank 3", 0.5, 10, 1],
  ].map(([spectrum, threshold, numSteps, numProbes]) => {
    const values = spectra[spectrum as string]!;
    const operator = operatorOf(spectrum as string, true);
    return {
      name: `${spectrum}, τ = ${threshold}, m = ${numSteps}, k = ${numProbes}`,
      truth: values.filter((value) => Math.abs(value) < Number(threshold)).length / values.length,
      async run(seed: number) {
        const density = await spectralDensity(operator, {
          ...{ numSteps: Number(numSteps), numProbes: Number(numProbes), seed },
        });
        const { share, interval } = nearZeroShare(density, Number(threshold));
        return { estimate: share, interval, cost: density.numProducts };
      },
    };
  }),
};
