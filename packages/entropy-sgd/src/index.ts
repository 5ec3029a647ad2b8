export { philoxInto, philoxRounds, type RandomKey } from "./random/philox.ts";
export type { Optimizer, PlainData, ScalarOrSchedule, Schedule, Vector, VectorMemory } from "./types.ts";
