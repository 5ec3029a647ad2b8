/** The decision rule of docs/decisions/study-wide-valleys.md, applied to measures over seeds. */
import { type DifferenceOptions, type PairedDifference, pairedDifference } from "entropy-sgd/landscape";
import { isBeyondMargin, type Unit } from "../../statistics/words.ts";

/** One quantity of every run: smaller is better (flatter, more robust). */
export interface StudyQuantity {
  readonly name: string;
  readonly title: string;
  /** How it is printed, values and differences alike. */
  readonly unit: Unit;
  /** By condition, one value per seed in order; NaN where a measure did not apply. */
  readonly values: ReadonlyMap<string, readonly number[]>;
  /** The instrument's own standard errors of the values, where it has any. */
  readonly errors?: ReadonlyMap<string, readonly number[]>;
}

/** The first condition minus the second over seeds; null where there are not two seeds that have both. */
export interface QuantityComparison {
  readonly quantity: Pick<StudyQuantity, "name" | "title" | "unit">;
  readonly difference: PairedDifference | null;
  readonly verdict: "better" | "worse" | "not distinguishable" | "not comparable";
}

/**
 * Compares two conditions quantity by quantity, paired by seed. Nothing below the instrument's own error of the mean
 * difference is seen.
 */
export function compareConditions(
  quantities: readonly StudyQuantity[],
  first: string,
  second: string,
  options: DifferenceOptions = {},
): QuantityComparison[] {
  return quantities.map(({ name, title, unit, values, errors }) => {
    const [a, b] = [values.get(first) ?? [], values.get(second) ?? []];
    const seeds = a.map((_, i) => i).filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
    const quantity = { name, title, unit };
    if (seeds.length < 2) return { quantity, difference: null, verdict: "not comparable" };
    const own = seeds.flatMap((i) => [errors?.get(first)?.[i] ?? 0, errors?.get(second)?.[i] ?? 0]);
    const resolution = Math.hypot(...own) / seeds.length;
    const difference = pairedDifference(
      seeds.map((i) => a[i]!),
      seeds.map((i) => b[i]!),
      { resolution, ...options },
    );
    const { estimate, seen } = difference;
    return { quantity, difference, verdict: seen ? (estimate < 0 ? "better" : "worse") : "not distinguishable" };
  });
}

/** A hypothesis "the first condition is better", judged. */
export interface Judgement {
  readonly verdict: "supported" | "contradicted" | "not decided";
  readonly numBetter: number;
  readonly numWorse: number;
  /** Comparable quantities. */
  readonly numQuantities: number;
}

/** Supported if better in more than half of the quantities and worse in none; contradicted if the reverse holds. */
export function judge(comparisons: readonly QuantityComparison[]): Judgement {
  const count = (verdict: QuantityComparison["verdict"]): number =>
    comparisons.filter((comparison) => comparison.verdict === verdict).length;
  const [numBetter, numWorse] = [count("better"), count("worse")];
  const numQuantities = comparisons.length - count("not comparable");
  const verdict =
    numBetter > numQuantities / 2 && numWorse === 0
      ? "supported"
      : numWorse > numQuantities / 2 && numBetter === 0
        ? "contradicted"
        : "not decided";
  return { verdict, numBetter, numWorse, numQuantities };
}

/**
 * The hypothesis that two conditions are equivalent: supported where two one-sided tests place the difference within the
 * margin, contradicted where the two-sided test that sees differences places it beyond, not decided in between and without
 * a margin.
 */
export function judgeEquivalence({ difference }: QuantityComparison): Judgement["verdict"] {
  if (difference === null) return "not decided";
  if (difference.equivalent) return "supported";
  return isBeyondMargin(difference) ? "contradicted" : "not decided";
}
