import { hessianTrace } from "entropy-sgd/landscape";
import type { Instrument } from "../instrument.ts";
import { operatorOf, spectra } from "../spectra.ts";

/** Hutch++ with Student's interval. */
export const traces: Instrument = {
  name: "trace",
  title: "Trace of an operator of 120 dimensions by k = 4 or 12 probes (`hessianTrace`)",
  level: 0.95,
  claim: "at least",
  unit: "products",
  cases: [4, 12].flatMap((numProbes) =>
    [...Object.keys(spectra).map((name) => ({ name, float32: false })), { name: "of rank 3", float32: true }].map(
      ({ name, float32 }) => {
        const operator = operatorOf(name, float32);
        return {
          name: `${name}${float32 ? ", float32" : ""}, k = ${numProbes}`,
          truth: spectra[name]!.reduce((sum, value) => sum + value, 0),
          async run(seed: number) {
            const found = await hessianTrace(operator, { numProbes, seed });
            return { ...found, cost: found.numProducts };
          },
        };
      },
    ),
  ),
};
