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

function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split("e") as [string, string];
  return `${Number(mantissa)}e${Number(exponent)}`;
}
