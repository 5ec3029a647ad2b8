/** Langevin sampling and the modified Gibbs distribution. */
export { type ChainMean, type ChainsMean, chainMean, chainsMean, splitRHat } from "./sampling/diagnostics.ts";
export { type GridDensity, type GridDensityOptions, gridDensity } from "./sampling/gridDensity.ts";
export {
  adjustedLangevin,
  type LangevinOptions,
  type LangevinResult,
  type LangevinSample,
  langevin,
} from "./sampling/langevin.ts";
export { modifiedGibbs } from "./sampling/modifiedGibbs.ts";
