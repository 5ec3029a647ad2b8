/** Annealed step and annealed temperature from the same start, as `entropy-sgd figure langevin` has them. */
import { doubleWell, separable } from "entropy-sgd/planted";
import { gridDensity, langevin } from "entropy-sgd/sampling";
import { bins, countInto } from "./bins.ts";

/** U: a barrier about 2 above the minimum of the well where all particles start, and 3 above the global one near −1. */
export const steepWell = doubleWell(2, 0.5);
const particles = separable(steepWell.energy, steepWell.slope);

const annealedStart = 0.9;
export const numAnnealed = 1000;
const numAnnealedSteps = 4000;
/** Steps between two frames. */
export const stepsPerFrame = 10;
export const numFrames = numAnnealedSteps / stepsPerFrame + 1;
/** Particles that are drawn. */
export const numShown = 150;

/** The two ways to anneal. */
export const annealedMethods = {
  step: { stepSize: (t: number): number => 0.05 * (1 + t / 10) ** -0.55, inverseTemperature: 1 },
  temperature: { stepSize: 0.02, inverseTemperature: (t: number): number => 0.5 * 32 ** (t / numAnnealedSteps) },
} as const;

/** One of them. */
export type AnnealedMethod = keyof typeof annealedMethods;

/** A run, frame by frame. */
export interface AnnealedRun {
  /** Share in the well of the global minimum, shape (401,). */
  readonly shares: Float64Array;
  /** Particles in each bin, shape (401, bins). */
  readonly counts: readonly Float64Array[];
  /** Positions of the particles that are drawn, shape (401, 150). */
  readonly positions: readonly Float64Array[];
}

/** 1,000 particles, 4,000 steps. Randomness: a function of the seed. Cost: 4·10⁶ slopes. */
export async function annealedRun(method: AnnealedMethod, seed: number): Promise<AnnealedRun> {
  const run = { shares: new Float64Array(numFrames), counts: [] as Float64Array[], positions: [] as Float64Array[] };
  const show = (points: Float64Array): void => {
    const counts = new Float64Array(bins.count);
    countInto(counts, points);
    run.shares[run.counts.length] = points.filter((x) => x < steepWell.barrier).length / numAnnealed;
    run.counts.push(counts);
    run.positions.push(points.slice(0, numShown));
  };
  const start = new Float64Array(numAnnealed).fill(annealedStart);
  show(start);
  const options = { ...annealedMethods[method], numSamples: numFrames - 1, thin: stepsPerFrame, seed };
  await langevin(particles, start, options, ({ point }) => show(point));
  return run;
}

/** Mass of exp(−U) in the well of the global minimum, by quadrature. */
export function annealedGibbsMass(): number {
  return gridDensity((x) => -steepWell.energy(x), { low: -3, high: 3, numPoints: 1201 }).massBelow(steepWell.barrier);
}
