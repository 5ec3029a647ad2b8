/** Many small wells and hills at random places: what makes a landscape rough. */
import { uniformInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import type { GaussianWell } from "./gaussianWells.ts";

/** Options of `scatteredWells`. */
export interface ScatteredWellsOptions {
  readonly numWells: number;
  /** Centres are in the cube [−range, range]ⁿ. */
  readonly range: number;
  /** The largest depth, and the largest height of a hill. */
  readonly depth: number;
  readonly width: number;
  /** n; 2 when absent. */
  readonly dimensions?: number;
  readonly seed: number;
}

/**
 * Wells for `gaussianWells`: centres uniform in [−range, range]ⁿ, depths uniform in [−depth, depth], where a negative one is a hill.
 *
 * Randomness: n + 1 uniform numbers per well, a function of (seed, well).
 */
export function scatteredWells(options: ScatteredWellsOptions): GaussianWell[] {
  const { numWells, range, depth, width, dimensions = 2, seed } = options;
  const drawn = new Float64Array(dimensions + 1);
  const key = randomKey(seed, "scattered-wells");
  return Array.from({ length: numWells }, (_, well) => {
    uniformInto(drawn, { key, stream: well, step: 0 });
    const [depthDrawn, ...centreDrawn] = Array.from(drawn, (value) => 2 * value - 1);
    return { centre: centreDrawn.map((value) => range * value), depth: depth * depthDrawn!, width };
  });
}
