/** Student's t: its distribution and quantiles, for intervals and tests over few repetitions. */

/**
 * P(T ≤ t) for Student's t with ν degrees of freedom, which need not be whole.
 *
 *   P(|T| > t) = I_x(ν/2, ½),  x = ν/(ν + t²)
 *
 * Right to about 1e-13; the standard normal at ν = ∞.
 * @throws RangeError unless degreesOfFreedom is above 0
 * @see Abramowitz, Stegun 1964, "Handbook of mathematical functions", 26.7.1
 */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  requireDegrees("studentCdf", degreesOfFreedom);
  // Beyond 1e15 degrees the difference to the normal, about (t³ + t)/(4ν) of the density, is below the rounding.
  const nu = Math.min(degreesOfFreedom, 1e15);
  const tail = 0.5 * incompleteBeta(nu / (nu + t * t), (t * t) / (nu + t * t), nu / 2, 0.5);
  return t < 0 ? tail : 1 - tail;
}

/**
 * The quantile t_ν(p): the t with P(T ≤ t) = p.
 *
 * Found by bisection of `studentCdf`, right to about 1e-10 relative.
 * @throws RangeError unless 0 < probability < 1 and degreesOfFreedom is above 0
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  requireDegrees("studentQuantile", degreesOfFreedom);
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`studentQuantile: probability must be between 0 and 1, got ${probability}`);
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  let [low, high] = [0, 1];
  while (studentCdf(high, degreesOfFreedom) < probability) [low, high] = [high, 2 * high];
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentCdf(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function requireDegrees(name: string, degreesOfFreedom: number): void {
  if (!(degreesOfFreedom > 0)) {
    throw new RangeError(`${name}: degreesOfFreedom must be above 0, got ${degreesOfFreedom}`);
  }
}

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz, Stegun 26.5.8).
 *
 * @param y - 1 − x, which would lose its digits if it were computed here
 */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const [logX, logY] = x < 0.5 ? [Math.log(x), Math.log1p(-x)] : [Math.log1p(-y), Math.log(y)];
  const front = Math.exp(a * logX + b * logY - logBeta(a, b));
  // The fraction converges fast below the mean, in about √a terms; above it, and where a is large, the function is reflected.
  return x < (a + 1) / (a + b + 2) && a < 3000 ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(y, b, a)) / b;
}

/** The continued fraction of I_x by the modified method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 2000; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      result *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return result;
}

function logBeta(a: number, b: number): number {
  // B(a, ½) through log Γ loses digits for large a, where Γ(a)/Γ(a + ½) has a series of its own.
  if (a > 1e3 && b === 0.5) {
    const ratio = 1 / (8 * a) - 1 / (192 * a ** 3);
    return 0.5 * Math.log(Math.PI) - 0.5 * Math.log(a) + ratio;
  }
  if (b > 1e3 && a === 0.5) return logBeta(b, a);
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** log Γ(x) for x > 0: Stirling's series after the argument was raised above 12. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 12; y++) shift += Math.log(y);
  const inverse = 1 / y;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188)))));
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
