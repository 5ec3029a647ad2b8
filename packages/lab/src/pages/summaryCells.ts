/** Means over seeds as the cells of a table: what every table of results is made of. */
import type { SummaryField } from "../runs/summarise.ts";
import { withDeviation } from "../statistics/numbers.ts";
import type { Spread } from "../statistics/spread.ts";

/** Scale and digits of each quantity; errors are printed in per cent. */
const formats: Readonly<Record<SummaryField, readonly [scale: number, digits: number]>> = {
  testError: [100, 2],
  bestTestError: [100, 2],
  minTestError: [100, 2],
  validationError: [100, 2],
  trainLoss: [1, 4],
  seconds: [1, 0],
  msPerGradient: [1, 1],
};

/** `mean ± sample standard deviation` of each quantity. */
export function summaryCells<Field extends SummaryField>(
  summary: Readonly<Record<Field, Spread>>,
  fields: readonly Field[],
): string[] {
  return fields.map((field) => withDeviation(summary[field], formats[field][1], formats[field][0]));
}
