/** Random numbers that are functions of (key, stream, step, element): equal bits on every machine, in any order. */
export { bernoulliMaskInto, normalInto, uniformInto } from "./random/fills.ts";
export { integersInto, permutationInto } from "./random/integers.ts";
export { philoxInto, philoxRounds, type RandomKey } from "./random/philox.ts";
export { randomKey } from "./random/randomKey.ts";
