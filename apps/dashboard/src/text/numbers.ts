/** Numbers as people read them: the only place of this page that chooses digits. */

const missing = "–";

/** So many digits that matter: fixed between 0.001 and 100,000, with an exponent elsewhere; a dash without a finite number. */
export function significant(value: unknown, digits = 4): string {
  if (!isNumber(value)) return missing;
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return withMinus(value.toExponential(digits - 1));
  return withMinus(size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits));
}

/** With so many digits behind the point. */
export function fixed(value: unknown, digits: number): string {
  return isNumber(value) ? withMinus(value.toFixed(digits)) : missing;
}

/** With commas between thousands. */
export function grouped(value: unknown): string {
  return isNumber(value) ? value.toLocaleString("en") : missing;
}

/** As few digits as tell the number of an axis: `0.002`, `30`, `1e-6`, `20k`. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return withMinus(short(value / 1e6, "M"));
  if (size >= 1e4) return withMinus(short(value / 1e3, "k"));
  if (size === 0 || size >= 1e-3) return withMinus(String(Number(value.toPrecision(6))));
  const [digits, exponent] = value.toExponential(5).split("e");
  return withMinus(`${Number(digits)}e${Number(exponent)}`);
}

/** A time in words that fit a cell: `8 s`, `12 min`, `3 h 05 min`. */
export function duration(seconds: unknown): string {
  if (!isNumber(seconds)) return missing;
  if (seconds < 90) return `${seconds < 10 ? significant(seconds, 2) : fixed(seconds, 0)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Metrics that are shares of the examples, written in per cent. */
const shares = new Set(["error", "top5Error", "accuracy"]);

/** What values of a metric are multiplied with to be shown: 100 for shares, 1 for others. */
export function metricScale(metric: string): number {
  return shares.has(metric) ? 100 : 1;
}

/** A metric with its unit, as an axis or a column names it. */
export function metricTitle(metric: string): string {
  return shares.has(metric) ? `${metric}, %` : metric;
}

/** A value of a metric without its unit. */
export function metricCell(metric: string, value: unknown): string {
  return shares.has(metric) ? fixed(isNumber(value) ? 100 * value : value, 2) : significant(value);
}

/** `mean ± sd` of a metric, to two digits of the deviation where it is no share; the mean alone without a deviation. */
export function metricSpread(metric: string, mean: unknown, sd: unknown): string {
  if (!isNumber(mean) || !isNumber(sd)) return metricCell(metric, mean);
  if (shares.has(metric)) return `${metricCell(metric, mean)} ± ${metricCell(metric, sd)}`;
  if (sd <= 0) return `${significant(mean)} ± 0`;
  const digits = Math.max(0, 1 - Math.floor(Math.log10(sd)));
  if (digits > 7 || Math.abs(mean) >= 1e5) return `${significant(mean)} ± ${significant(sd, 2)}`;
  return `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
}

/** A value of any kind. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return missing;
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function short(value: number, unit: string): string {
  return `${Number(value.toPrecision(4))}${unit}`;
}

function withMinus(text: string): string {
  return /[1-9]/.test(text) ? text.replace(/^-/, "−") : text.replace(/^-/, "");
}
