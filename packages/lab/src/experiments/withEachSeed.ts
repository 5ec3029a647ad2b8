import type { PlannedRun } from "./experiment.ts";

/** The runs of each of the seeds 1 … `seeds`, seeds outermost, so that an interruption is fair. */
export function withEachSeed(seeds: number, runsOf: (seed: number) => readonly PlannedRun[]): PlannedRun[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap(runsOf);
}
