/** The difference between two groups of runs, over seeds. */
import { type Difference, type DifferenceOptions, pairedDifference, unpairedDifference } from "entropy-sgd/landscape";
import { spreadOf } from "./spread.ts";

/** A value of a run; null where it has none. */
export interface SeedValue {
  readonly seed: number;
  readonly value: number | null;
}

/** The mean of the first minus that of the second. */
export interface DifferenceOverSeeds {
  /** null where one side has no value. */
  readonly estimate: number | null;
  /** The number of runs in the means of the first and the second. */
  readonly numSeeds: readonly [number, number];
  /** Whether it is paired by seed, if both have the same seeds: equal seeds have equal initial weights and data order. */
  readonly paired: boolean;
  /** The test of the difference; null if one side has a single run, and so no spread. */
  readonly judged: Difference | null;
}

/** The first minus the second: in pairs where both have the same seeds, as independent groups otherwise. */
export function differenceOverSeeds(
  first: readonly SeedValue[],
  second: readonly SeedValue[],
  options: DifferenceOptions = {},
): DifferenceOverSeeds {
  const [a, b] = [valued(first), valued(second)];
  const [own, other] = [numbersOf(a), numbersOf(b)];
  const numSeeds = [own.length, other.length] as const;
  const [ownMean, otherMean] = [spreadOf(own).mean, spreadOf(other).mean];
  const estimate = ownMean === null || otherMean === null ? null : ownMean - otherMean;
  const paired = own.length === other.length && new Set(a.map(seedOf)).size === a.length && a.every(hasIn(b));
  if (own.length < 2 || other.length < 2) return { estimate, numSeeds, paired, judged: null };
  const judged = paired
    ? pairedDifference(own, numbersOf(a.map(({ seed }) => b.find((run) => run.seed === seed)!)), options)
    : unpairedDifference(own, other, options);
  return { estimate, numSeeds, paired, judged };
}

interface Valued {
  readonly seed: number;
  readonly value: number;
}

const seedOf = ({ seed }: Valued): number => seed;

const numbersOf = (runs: readonly Valued[]): number[] => runs.map(({ value }) => value);

const hasIn =
  (others: readonly Valued[]) =>
  ({ seed }: Valued): boolean =>
    others.some((other) => other.seed === seed);

function valued(runs: readonly SeedValue[]): Valued[] {
  return runs.flatMap(({ seed, value }) => (value === null || !Number.isFinite(value) ? [] : [{ seed, value }]));
}
