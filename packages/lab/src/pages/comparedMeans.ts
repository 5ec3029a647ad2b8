/** The differences of a comparison as the sentences on it say them. */
import type { RunComparison } from "../runs/compareRuns.ts";
import { signOf } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";
import type { ComparedMeans, Unit } from "../statistics/words.ts";
import { unitOf } from "./summaryCells.ts";

/** How the metric of a comparison's groups is printed. */
export function comparedUnit({ groups }: RunComparison): Unit {
  return unitOf(groups.map(({ spreads }) => spreads));
}

/** The means of each difference on the test set at the end, in the order of the differences. */
export function comparedMeans(comparison: RunComparison): ComparedMeans[] {
  const metric = String(comparison.setting.metric);
  const unit = comparedUnit(comparison);
  return comparison.differences.map(({ first, second, test }) => {
    const [own, other] = [first, second].map(
      ({ label, spreads }) => `${label} ${fixed(spreads.test.mean, unit.digits, unit.scale)}${signOf(metric)}`,
    );
    return { text: `Test ${metric}: ${own} against ${other} at the end`, difference: test };
  });
}
