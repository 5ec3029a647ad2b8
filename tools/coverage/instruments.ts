/** Every instrument of the coverage page, in its order. */
import type { Instrument } from "./instrument.ts";
import { chainMeans } from "./instruments/chainMeans.ts";
import { eigenpairs } from "./instruments/eigenpairs.ts";
import { localEntropies, stiffEntropies } from "./instruments/localEntropies.ts";
import { rankCorrelations } from "./instruments/rankCorrelations.ts";
import { shares } from "./instruments/shares.ts";
import { traces } from "./instruments/traces.ts";
import { weightNoise } from "./instruments/weightNoise.ts";

export const instruments: readonly Instrument[] = [
  traces,
  shares,
  eigenpairs,
  weightNoise,
  rankCorrelations,
  chainMeans,
  ...localEntropies,
  stiffEntropies,
];
