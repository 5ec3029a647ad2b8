/** How numbers are shown on the page. */

/** Three significant digits; powers of ten where there would be many zeros. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "not a number";
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return value.toLocaleString("en").replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(3))) : exponential(value);
  return text.replaceAll("-", "−");
}

/** A value with its standard error, both to the error's second digit: 0.567 ± 0.016. */
export function withError(value: number, standardError: number): string {
  if (!(standardError > 0 && standardError < Number.POSITIVE_INFINITY))
    return `${shownNumber(value)} ± ${shownNumber(standardError)}`;
  const digits = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${value.toFixed(digits)} ± ${standardError.toFixed(digits)}`.replaceAll("-", "−");
}

function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split("e") as [string, string];
  return `${Number(mantissa)}e${Number(exponent)}`;
}
