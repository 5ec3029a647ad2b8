/** The grid of densities in the double wells of the sampling figures: no mass to speak of lies beyond. */
import type { GridDensityOptions } from "entropy-sgd/sampling";

export const densityGrid: GridDensityOptions = { low: -3, high: 3, numPoints: 1201 };
