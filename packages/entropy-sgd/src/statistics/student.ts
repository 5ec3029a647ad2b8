/** Student's t: its distribution and quantiles, for intervals and tests over few repetitions. */
import { rangeError } from "../errors.ts";

/**
 * P(T ≤ t) for Student's t with ν degrees of freedom, which need not be whole.
 *
 *   P(|T| > t) = I_x(ν/2, ½),  x = ν/(ν + t²)
 *
 * Right to about 1e-13 of itself, also far in the lower tail; the standard normal at ν = ∞.
 * @throws RangeError for a t that is NaN, or unless degreesOfFreedom is above 0
 * @see Abramowitz, Stegun 1964, "Handbook of mathematical functions", 26.7.1
 */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  requireDegrees("studentCdf", degreesOfFreedom);
  if (Number.isNaN(t)) throw rangeError("studentCdf", "t", "must be a number", t);
  const tail = tailBeyond(Math.abs(t), degreesOfFreedom);
  return t < 0 ? tail : 1 - tail;
}

/**
 * The quantile t_ν(p): the t with P(T ≤ t) = p.
 *
 * Found by bisection of the tail, right to about 1e-10 relative.
 * @throws RangeError unless 0 < probability < 1 and degreesOfFreedom is above 0
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  requireDegrees("studentQuantile", degreesOfFreedom);
  if (!(probability > 0 && probability < 1)) {
    throw rangeError("studentQuantile", "probability", "must be between 0 and 1", probability);
  }
  if (probability === 0.5) return 0;
  const beyond = Math.min(probability, 1 - probability);
  let [low, high] = [0, 1];
  while (tailBeyond(high, degreesOfFreedom) > beyond) [low, high] = [high, 2 * high];
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (tailBeyond(middle, degreesOfFreedom) > beyond) low = middle;
    else high = middle;
  }
  return (probability < 0.5 ? -1 : 1) * ((low + high) / 2);
}

function requireDegrees(name: string, degreesOfFreedom: number): void {
  if (!(degreesOfFreedom > 0)) {
    throw rangeError(name, "degreesOfFreedom", "must be above 0", degreesOfFreedom);
  }
}

/** P(T > t) for t ≥ 0: ½·I_x(a, ½), or ½·(1 − I_y(½, a)) near the middle, with a = ν/2 and y = 1 − x. */
function tailBeyond(t: number, degreesOfFreedom: number): number {
  // Beyond 1e20 degrees the difference to the normal, at most t⁴/(4ν) of the tail, is below the rounding.
  const a = Math.min(degreesOfFreedom, 1e20) / 2;
  const ratio = t / Math.sqrt(2 * a);
  const square = ratio * ratio;
  if (square === 0) return 0.5;
  // x and y lose no digits where the other is near 1, and log x bears a square that overflows.
  const [x, y] = [1 / (1 + square), 1 / (1 + 1 / square)];
  const logX = ratio > 1 ? -2 * Math.log(ratio) - Math.log1p(1 / square) : -Math.log1p(square);
  const front = Math.exp(a * logX) * Math.sqrt((y / Math.PI) * a) * gammaRatio(a);
  return y * (a + 2.5) > 1.5 ? 0.5 * front * fraction(x, y, a, 0.5) : 0.5 - 0.5 * front * fraction(y, x, 0.5, a);
}

/**
 * I_x(a, b)·B(a, b)/(xᵃyᵇ) by the even part of the continued fraction, which converges as fast for a → ∞ as for small a.
 *
 * @see DiDonato, Morris 1992, "Significant digit computation of the incomplete beta function ratios", ACM Trans. Math.
 *   Softw. 18
 */
function fraction(x: number, y: number, a: number, b: number): number {
  const lambda = a * y - b * x;
  // Numerators and denominators of the approximants by Wallis' recurrence, scaled so that the last denominator is 1.
  let value = 1 / ((a / (a + 1)) * (lambda + 1));
  let [valueBefore, oneBefore] = [0, value];
  for (let n = 1; n < 5000; n++) {
    const odd = a + 2 * n - 1;
    const alpha = ((a + n - 1) / odd) * ((a + b + n - 1) / odd) * n * (b - n) * x * x;
    const beta = n + (n * (b - n) * x) / odd + ((a + n) / (odd + 2)) * (lambda + 1 + n * (1 + y));
    const denominator = beta + alpha * oneBefore;
    const next = (beta * value + alpha * valueBefore) / denominator;
    [valueBefore, oneBefore] = [value / denominator, 1 / denominator];
    const settled = Math.abs(next - value) <= 1e-15 * next;
    value = next;
    if (settled) break;
  }
  return value;
}

/** Γ(a + ½)/(Γ(a)√a) by its series in 1/a, after a was raised above 16. */
function gammaRatio(a: number): number {
  let product = 1;
  let raised = a;
  for (; raised < 16; raised++) product *= raised / (raised + 0.5);
  const square = 1 / (raised * raised);
  const series =
    (-1 / 8 + square * (1 / 192 - square * (1 / 640 - square * (17 / 14336 - square * (31 / 18432))))) / raised;
  return product * Math.sqrt(raised / a) * Math.exp(series);
}
