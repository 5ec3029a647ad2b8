/** A number in three digits: fixed between 0.001 and 100,000, with an exponent elsewhere, a dash where there is none. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return withMinus(value.toExponential(2));
  return withMinus(size >= 1000 ? value.toFixed(0) : value.toPrecision(3));
}

/** `value ± error`, to two digits of the error. */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(value)) return "–";
  if (!(error > 0) || !Number.isFinite(error)) return short(value);
  const digits = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(error))));
  if (Math.abs(value) < 1e5 && digits <= 7) return `${fixed(value, digits)} ± ${error.toFixed(digits)}`;
  return `${short(value)} ± ${error.toExponential(1)}`;
}

/** A number with so many digits behind the point. */
export function fixed(value: number, digits: number): string {
  return withMinus(value.toFixed(digits));
}

/** With the sign of mathematics, which zero does not have. */
function withMinus(text: string): string {
  return /[1-9]/.test(text) ? text.replace(/^-/, "−") : text.replace(/^-/, "");
}
