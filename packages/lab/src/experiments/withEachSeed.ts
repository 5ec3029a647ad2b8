import { InputError } from "entropy-sgd-training";
import type { PlannedRun } from "./experiment.ts";

/** More runs of an experiment are a mistake rather than a wish. */
export const maxRuns = 10_000;

/**
 * The runs of each of the seeds 1 … `seeds`, seeds outermost, so that an interruption is fair.
 *
 * @throws InputError if there are too many runs
 */
export function withEachSeed(seeds: number, runsOf: (seed: number) => readonly PlannedRun[]): PlannedRun[] {
  const first = runsOf(1);
  if (seeds * first.length > maxRuns) {
    const rule = `must be at most ${Math.floor(maxRuns / first.length)}, which give ${maxRuns} runs`;
    throw new InputError({ name: "seeds", rule, value: seeds });
  }
  return [...first, ...Array.from({ length: seeds - 1 }, (_, i) => i + 2).flatMap(runsOf)];
}
