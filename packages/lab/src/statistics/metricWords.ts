/** How values of a task's metrics are written: errors in per cent, others to four digits that matter. */
import { inPercent, significant, withPercentSign } from "./numbers.ts";

/** A metric of validation and test; null without a validation split, or where it is not defined. */
interface Judged {
  readonly name: string;
  readonly validation: number | null;
  readonly test: number | null;
}

const errorName = "error";

/** `validation error 1.23 %, test error 1.50 %`, or `validation rmse 0.1234, test rmse 0.1301`. */
export function judgementWords({ name, validation, test }: Judged): string {
  const value = (given: number | null): string => (name === errorName ? withPercentSign(given) : significant(given, 4));
  const first = validation === null ? "" : `validation ${name} ${value(validation)}, `;
  return `${first}test ${name} ${value(test)}`;
}

/** A metric as the title of a column, with the sign of per cent that its cells lack. */
export function metricTitle(name: string): string {
  return name === errorName ? `${name} %` : name;
}

/** A value of a metric as the cell of a column. */
export function metricCell(name: string, value: number | null): string {
  return name === errorName ? inPercent(value) : significant(value, 4);
}
