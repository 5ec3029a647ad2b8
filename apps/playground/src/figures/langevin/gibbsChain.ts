/** Langevin dynamics of many particles at a temperature that may change; the same numbers in a worker and in Node. */
import { doubleWell, separable } from "entropy-sgd/planted";
import { type ChainsMean, chainsMean, langevin } from "entropy-sgd/sampling";
import { bins, countInto } from "./bins.ts";

/** U, as in `entropy-sgd figure gibbs`: a barrier of 0.6 between the global minimum near −1 and the higher one near 1. */
export const well = doubleWell(0.6, 0.1);
export const numParticles = 64;
/** Langevin steps for each kept sample. */
export const stepsPerSample = 10;
export const stepSize = 0.02;
/** Kept samples of each particle at one temperature; then the chain has been seen enough, and waits. */
export const maxSamples = 2000;

const particles = separable(well.energy, well.slope);

/** Where the particles are. */
export interface Particles {
  readonly seed: number;
  /** Kept samples since the start, at all temperatures. */
  readonly time: number;
  /** Shape (64,). */
  readonly positions: Float64Array;
}

/** Half of the particles in each well, so that split-R̂ can see whether they mix. */
export function startParticles(seed: number): Particles {
  return { seed, time: 0, positions: Float64Array.from({ length: numParticles }, (_, i) => (i % 2 === 0 ? -1 : 1)) };
}

/** Ten steps further. Randomness: a function of (seed, time). Cost: 11 slopes per particle. */
export async function movedParticles({ seed, time, positions }: Particles, temperature: number): Promise<Particles> {
  let moved = positions;
  const options = { stepSize, inverseTemperature: 1 / temperature, numSamples: 1, thin: stepsPerSample };
  await langevin(particles, positions, { ...options, seed, chain: time }, ({ point }) => {
    moved = point.slice();
  });
  return { seed, time: time + 1, positions: moved };
}

/** What was seen at one temperature. */
export interface Samples {
  readonly temperature: number;
  /** Particles in each bin, over all kept samples. */
  readonly counts: Float64Array;
  /** For each particle, 1 where a kept sample lay in the well of the global minimum, else 0. */
  readonly inGlobalWell: readonly number[][];
}

/** Nothing seen yet. */
export function noSamples(temperature: number): Samples {
  return {
    temperature,
    counts: new Float64Array(bins.count),
    inGlobalWell: Array.from({ length: numParticles }, () => []),
  };
}

/** Adds the particles' positions to what was seen. */
export function keep({ counts, inGlobalWell }: Samples, positions: Float64Array): void {
  countInto(counts, positions);
  for (const [i, own] of inGlobalWell.entries()) own.push(positions[i]! < well.barrier ? 1 : 0);
}

/** The share in the well of the global minimum with its error; null before the fourth sample. */
export function shareOf({ inGlobalWell }: Samples): ChainsMean | null {
  return inGlobalWell[0]!.length < 4 ? null : chainsMean(inGlobalWell);
}
