/** A chain with what was seen of it: goes on at another temperature, and begins a new histogram there. */
import type { ChainsMean } from "entropy-sgd/sampling";
import { keep, maxSamples, movedParticles, noSamples, type Samples, shareOf, startParticles } from "./gibbsChain.ts";

/** The chain at a moment. */
export interface ChainView {
  readonly temperature: number;
  /** Kept samples of each particle at each temperature so far, the last one being that of now. */
  readonly phases: readonly (readonly [temperature: number, numSamples: number])[];
  /** Particles in each bin at the temperature of now. */
  readonly counts: Float64Array;
  readonly positions: Float64Array;
  /** The share in the global minimum's well; of the last time that it was computed, as it is at every tenth more samples. */
  readonly share: ChainsMean | null;
}

/** A chain that can be advanced. */
export interface WatchedChain {
  advance(numSamples: number, temperature: number): Promise<ChainView>;
}

/** A new chain; it stops by itself at 2,000 samples of each particle at one temperature. */
export function newWatchedChain(seed: number): WatchedChain {
  let particles = startParticles(seed);
  let samples: Samples | null = null;
  let share: ChainsMean | null = null;
  let shareIsOf = 0;
  const phases: [number, number][] = [];
  const numSeen = (): number => samples?.inGlobalWell[0]?.length ?? 0;
  return {
    async advance(numSamples, temperature) {
      if (samples?.temperature !== temperature) {
        samples = noSamples(temperature);
        share = null;
        shareIsOf = 0;
        // A temperature that was passed without a sample left no trace.
        if (phases.at(-1)?.[1] === 0) phases.pop();
        phases.push([temperature, 0]);
      }
      for (let k = 0; k < numSamples && numSeen() < maxSamples; k++) {
        particles = await movedParticles(particles, temperature);
        keep(samples, particles.positions);
      }
      phases.at(-1)![1] = numSeen();
      if (numSeen() >= Math.max(4, 1.1 * shareIsOf) || (numSeen() === maxSamples && shareIsOf < maxSamples)) {
        share = shareOf(samples);
        shareIsOf = numSeen();
      }
      return {
        temperature,
        phases: phases.map(([at, n]) => [at, n]),
        counts: samples.counts,
        positions: particles.positions,
        share,
      };
    },
  };
}
