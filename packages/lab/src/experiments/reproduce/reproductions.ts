/** The experiments of the paper by name: a new one is its file in `registry` and its line here. */
import { allCnn } from "./registry/allCnn.ts";
import { charLstm } from "./registry/charLstm.ts";
import { lenet } from "./registry/lenet.ts";
import { mnistfc, mnistfcBn } from "./registry/mnistfc.ts";
import { ptbLarge, ptbSmall } from "./registry/ptb.ts";
import { sgldLenet } from "./registry/sgldLenet.ts";
import type { Reproduction } from "./reproduction.ts";

/** In the order of the paper. */
export const reproductions = {
  mnistfc,
  "mnistfc-bn": mnistfcBn,
  lenet,
  "all-cnn": allCnn,
  "char-lstm": charLstm,
  "ptb-small": ptbSmall,
  "ptb-large": ptbLarge,
  "sgld-lenet": sgldLenet,
} as const satisfies Readonly<Record<string, Reproduction>>;

/** The name of an experiment. */
export type ReproductionName = keyof typeof reproductions;

/** The names. */
export const reproductionNames = Object.keys(reproductions) as ReproductionName[];

/** The experiment of a name. */
export const reproductionOf = (name: ReproductionName): Reproduction => reproductions[name];
