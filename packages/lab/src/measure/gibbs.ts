/** Samples against the Gibbs distribution at several temperatures, and the modified one at several scopes. */
import type { ObjectiveWith } from "entropy-sgd";
import { doubleWell } from "entropy-sgd/planted";
import { adjustedLangevin, chainsMean, type GridDensity, gridDensity, modifiedGibbs } from "entropy-sgd/sampling";
import { densityGrid } from "./densityGrid.ts";
import type { EventTurn } from "./eventTurns.ts";

const well = doubleWell(0.6, 0.1);
/** The center x' of the modified distribution's Gaussian. */
export const centre = 0.4;
/** β of the modified distribution. */
export const modifiedBeta = 4;
const [numChains, numSamples, burnIn] = [4, 20_000, 500];

/** A target with the samples drawn from it. */
export interface SampledTarget {
  readonly label: string;
  readonly inverseTemperature: number;
  /** γ; null for the Gibbs distribution itself. */
  readonly scope: number | null;
  readonly density: GridDensity;
  readonly samples: Float64Array;
  /** Mass in the left well by quadrature, and the samples' share with its standard error. */
  readonly massLeft: number;
  readonly shareLeft: number;
  readonly standardError: number;
  readonly rHat: number;
  readonly acceptance: number;
}

/** The figure's numbers. */
export interface GibbsFigure {
  readonly seed: number;
  readonly gibbs: readonly SampledTarget[];
  readonly modified: readonly SampledTarget[];
}

/**
 * Samples exp(−βh) and exp(−βh − βγ(x − x')²/2) by Metropolis-adjusted Langevin chains, 4 of 20,000 each from both wells.
 *
 * Randomness: a function of the seed.
 */
export async function gibbsFigure(seed: number, turn: EventTurn): Promise<GibbsFigure> {
  const gibbs: SampledTarget[] = [];
  for (const beta of [0.5, 2, 8]) gibbs.push(await sampled(beta, null, seed, turn));
  const modified: SampledTarget[] = [];
  for (const scope of [0.1, 1, 10]) modified.push(await sampled(modifiedBeta, scope, seed, turn));
  return { seed, gibbs, modified };
}

async function sampled(beta: number, scope: number | null, seed: number, turn: EventTurn): Promise<SampledTarget> {
  const gamma = scope ?? 0;
  const energy = (x: number): number => well.energy(x) + (gamma / 2) * (x - centre) ** 2;
  const objective: ObjectiveWith<"valueAndGradientAt"> = {
    async valueAndGradientAt([x], out) {
      await turn();
      out[0] = well.slope(x!);
      return well.energy(x!);
    },
  };
  const target = modifiedGibbs(objective, { center: Float64Array.of(centre), scope: gamma });
  const samples = new Float64Array(numChains * numSamples);
  const series: number[][] = [];
  let acceptance = 0;
  // The curvature at the wells is 8a, and γ: the step keeps acceptance near 0.8 at every temperature.
  const stepSize = Math.min(0.4, 0.5 / beta, 1 / (4.8 + gamma));
  for (let chain = 0; chain < numChains; chain++) {
    const indicator: number[] = [];
    const begin = Float64Array.of(chain % 2 === 0 ? -1 : 1);
    const result = await adjustedLangevin(
      target,
      begin,
      { stepSize, inverseTemperature: beta, numSamples, burnIn, seed, chain },
      ({ point, index }) => {
        samples[chain * numSamples + index] = point[0]!;
        indicator.push(point[0]! < well.barrier ? 1 : 0);
      },
    );
    acceptance += (result.acceptance ?? 0) / numChains;
    series.push(indicator);
  }
  const { mean, standardError, rHat } = chainsMean(series);
  const density = gridDensity((x) => -beta * energy(x), densityGrid);
  return {
    label: scope === null ? `β = ${beta}` : `γ = ${scope}`,
    inverseTemperature: beta,
    scope,
    density,
    samples,
    massLeft: density.massBelow(well.barrier),
    shareLeft: mean,
    standardError,
    rHat,
    acceptance,
  };
}
