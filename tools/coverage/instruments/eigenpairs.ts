import { type ExtremeEigenpairs, extremeEigenpairs } from "entropy-sgd/landscape";
import type { CoverageCase, Instrument } from "../instrument.ts";
import { operatorOf, spectra } from "../spectra.ts";

/** Pairs at each end of each search. */
const count = 4;

/** The k-th largest (from 1) or smallest (from −1) eigenvalues within their residuals, of one search per seed. */
function ranked(spectrum: string, ranks: readonly number[], float32: boolean): CoverageCase[] {
  const ascending = [...spectra[spectrum]!].sort((a, b) => a - b);
  const operator = operatorOf(spectrum, float32);
  const searches = new Map<number, Promise<ExtremeEigenpairs>>();
  return ranks.map((rank) => ({
    name: `${spectrum}: ${rank > 0 ? `largest ${rank}` : `smallest ${-rank}`}${float32 ? ", float32" : ""}`,
    truth: rank > 0 ? ascending.at(-rank)! : ascending[-rank - 1]!,
    async run(seed) {
      const search = searches.get(seed) ?? extremeEigenpairs(operator, { numSteps: 40, count, seed });
      searches.set(seed, search);
      const { largest, smallest, numProducts } = await search;
      const { eigenvalue, residual } = rank > 0 ? largest.at(-rank)! : smallest[-rank - 1]!;
      const interval = [eigenvalue - residual, eigenvalue + residual] as const;
      return { estimate: eigenvalue, standardError: residual, interval, cost: numProducts };
    },
  }));
}

/** Some eigenvalue within the residual, where steps are too few to tell which: the distance to the nearest, which is 0 for an eigenvalue. */
const unconverged: CoverageCase = {
  name: "flat, 10 steps: the nearest eigenvalue",
  truth: 0,
  async run(seed) {
    const { largest, numProducts } = await extremeEigenpairs(operatorOf("flat", true), {
      numSteps: 10,
      count: 1,
      seed,
    });
    const { eigenvalue, residual } = largest[0]!;
    const estimate = Math.min(...spectra.flat!.map((value) => Math.abs(value - eigenvalue)));
    return {
      estimate,
      standardError: residual,
      interval: [estimate - residual, estimate + residual],
      cost: numProducts,
    };
  },
};

/** Extreme eigenpairs with measured residuals. */
export const eigenpairs: Instrument = {
  name: "eigenpairs",
  title: `The ${count} largest and smallest eigenvalues ± their residuals (\`extremeEigenpairs\`), copies of 5 (three times) and −3 (twice) among them`,
  level: 0.95,
  claim: "at least",
  unit: "products",
  numSeeds: 200,
  cases: [
    ...[false, true].flatMap((float32) => [
      ...ranked("with copies", [1, 3, -2], float32),
      ...ranked("as of a network", [1, 4], float32),
    ]),
    unconverged,
  ],
};
