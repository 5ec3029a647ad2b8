/** Every instrument of the coverage page, in its order. */
import type { Instrument } from "./instrument.ts";
import { chainMeans } from "./instruments/chainMeans.ts";

export const instruments: readonly Instrument[] = [chainMeans];
