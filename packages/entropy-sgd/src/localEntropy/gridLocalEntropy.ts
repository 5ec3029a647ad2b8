/** Local entropy of a function of one or two variables, by summing over a grid: no samples, no error but the grid's. */
import { rangeError } from "../errors.ts";

/** Options of `gridLocalEntropy`. */
export interface GridLocalEntropyOptions {
  /** γ > 0: the neighbourhood has a width of 1/√(βγ), in the units of `spacing`. */
  readonly scope: number;
  /** Distance of two points of the grid; 1 when absent. */
  readonly spacing?: number;
  /** β; 1 when absent. */
  readonly inverseTemperature?: number;
  /** Points along each axis, the last one fastest; one axis of all points when absent. */
  readonly shape?: readonly number[];
}

/**
 * −F on a grid, the negative local entropy at every point:
 *
 *     −F(i) = −(1/β) log Σ_j exp(−β f(j) − (βγ/2) ‖x_j − x_i‖²)
 *
 * The sum is over the points of the grid, without the factor of the integral, so that values differ from the integral's by a
 * constant. The Gaussian is a product over the axes: each axis is summed after the other.
 *
 * Shapes: `values` and the result (n,), n the product of `shape`. Cost: n · (n₁ + n₂ + …) products, and exponentials only where βf
 * spans more than 600 along a line; no gradient. No randomness.
 *
 * @param values - f on the grid
 * @throws RangeError if γ, β or the spacing is not positive and finite, or `shape` has not as many points as `values`
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), equation 5
 */
export function gridLocalEntropy(values: Float64Array, options: GridLocalEntropyOptions): Float64Array {
  const { scope, spacing = 1, inverseTemperature = 1, shape = [values.length] } = options;
  for (const [name, value] of Object.entries({ scope, spacing, inverseTemperature })) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw rangeError("gridLocalEntropy", name, "must be a positive finite number", value);
    }
  }
  if (shape.reduce((product, size) => product * size, 1) !== values.length) {
    throw rangeError("gridLocalEntropy", "shape", `must have ${values.length} points in all`, shape);
  }
  let energy: Float64Array = values.map((value) => inverseTemperature * value);
  let stride = values.length;
  for (const size of shape) {
    stride /= size;
    energy = smoothedAlong(energy, size, stride, (inverseTemperature * scope) / 2, spacing);
  }
  return energy.map((value) => value / inverseTemperature);
}

/**
 * Largest difference of energies whose exponentials are summed as they are: e^−600 and its products with what still counts beside it,
 * 1e-16 of it, are far from float64's smallest number, e^−708.
 */
const largestSpan = 600;

/** −log Σ_x exp(−energy(x) − factor · distance²) along one axis, whose points lie `stride` apart. */
function smoothedAlong(
  energy: Float64Array,
  size: number,
  stride: number,
  factor: number,
  spacing: number,
): Float64Array {
  const smoothed = new Float64Array(energy.length);
  const own = new Float64Array(size);
  const distances = Float64Array.from({ length: size }, (_, k) => factor * (spacing * k) ** 2);
  const weights = distances.map((distance) => Math.exp(-distance));
  for (let line = 0; line < energy.length / size; line++) {
    // The first point of the line: lines that begin within one block of `stride` points, block after block.
    const start = Math.floor(line / stride) * stride * size + (line % stride);
    for (let x = 0; x < size; x++) own[x] = energy[start + x * stride]!;
    const lowest = own.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const highest = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const ofLine = highest - lowest < largestSpan ? bySums(own, lowest, weights) : byLargest(own, distances);
    for (let x = 0; x < size; x++) smoothed[start + x * stride] = ofLine[x]!;
  }
  return smoothed;
}

/** With exp(−energy) and exp(−distance) as factors: no exponential per pair. */
function bySums(energy: Float64Array, lowest: number, weights: Float64Array): Float64Array {
  const masses = energy.map((value) => Math.exp(lowest - value));
  return energy.map((_, i) => {
    let sum = 0;
    for (let x = 0; x < i; x++) sum += masses[x]! * weights[i - x]!;
    for (let x = i; x < masses.length; x++) sum += masses[x]! * weights[x - i]!;
    return lowest - Math.log(sum);
  });
}

/** With each point's largest exponent taken out, which no span of energies overflows. */
function byLargest(energy: Float64Array, distances: Float64Array): Float64Array {
  const exponents = new Float64Array(energy.length);
  return energy.map((_, i) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let x = 0; x < energy.length; x++) {
      const exponent = -energy[x]! - distances[Math.abs(x - i)]!;
      exponents[x] = exponent;
      if (exponent > largest) largest = exponent;
    }
    let sum = 0;
    for (let x = 0; x < energy.length; x++) sum += Math.exp(exponents[x]! - largest);
    return -(largest + Math.log(sum));
  });
}
