/** The decision rule of docs/decisions/study-wide-valleys.md, applied to measures over seeds. */
import { type PairedDifference, pairedDifference } from "entropy-sgd";

/** One quantity of every run: smaller is better (flatter, more robust). */
export interface Quantity {
  readonly name: string;
  readonly title: string;
  /** By condition, one value per seed in order; NaN where a measure did not apply. */
  readonly values: ReadonlyMap<string, readonly number[]>;
}

/** The first condition minus the second over seeds; null where there are not two seeds that have both. */
export interface Comparison {
  readonly quantity: Pick<Quantity, "name" | "title">;
  readonly difference: PairedDifference | null;
  readonly verdict: "better" | "worse" | "no difference seen" | "not comparable";
}

/** Compares two conditions quantity by quantity, paired by seed. */
export function compareConditions(quantities: readonly Quantity[], first: string, second: string): Comparison[] {
  return quantities.map(({ name, title, values }) => {
    const [a, b] = [values.get(first) ?? [], values.get(second) ?? []];
    const seeds = a.map((_, i) => i).filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
    const quantity = { name, title };
    if (seeds.length < 2) return { quantity, difference: null, verdict: "not comparable" };
    const difference = pairedDifference(
      seeds.map((i) => a[i]!),
      seeds.map((i) => b[i]!),
    );
    const { estimate, seen } = difference;
    return { quantity, difference, verdict: seen ? (estimate < 0 ? "better" : "worse") : "no difference seen" };
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
export function judge(comparisons: readonly Comparison[]): Judgement {
  const count = (verdict: Comparison["verdict"]): number =>
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
