/**
 * Eigenvalues of symmetric tridiagonal matrices by implicit QR with Wilkinson's shift.
 *
 * @see Golub, Van Loan 2013, "Matrix computations", 4th edition, section 8.3
 */
import { rangeError } from "../errors.ts";

/** A symmetric tridiagonal matrix: `diagonal` (m,) and `offDiagonal` (m − 1,). */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
}

/** Eigenvalues in ascending order; row i of `rows` is the given row i times the matrix of eigenvectors. */
export interface TridiagonalEigen {
  readonly eigenvalues: Float64Array;
  /** For row i: Σⱼ rows[i]ⱼ·(eigenvector k)ⱼ at position k. */
  readonly rows: readonly Float64Array[];
}

/** Sweeps per eigenvalue after which QR is given up; two or three are usual. */
const maxSweeps = 60;

/**
 * Eigenvalues of a symmetric tridiagonal matrix, and what the rotations do to some row vectors.
 *
 * With the unit rows the rows of the result are those of the matrix of eigenvectors; with e₁ alone, their first components.
 * Cost: O(m²) for eigenvalues, O(m²) more per row. Errors of eigenvalues are some units of rounding of the largest.
 *
 * @throws RangeError for elements that are not finite, or an off-diagonal that is not one shorter than the diagonal
 */
export function tridiagonalEigen(
  { diagonal, offDiagonal }: Tridiagonal,
  rows: readonly Float64Array[] = [],
): TridiagonalEigen {
  if (offDiagonal.length !== Math.max(0, diagonal.length - 1)) {
    throw rangeError(
      "tridiagonalEigen",
      "offDiagonal",
      `must have ${Math.max(0, diagonal.length - 1)} elements`,
      offDiagonal.length,
    );
  }
  const d = diagonal.slice();
  const e = offDiagonal.slice();
  const z = rows.map((row) => row.slice());
  const broken = [...d, ...e].find((value) => !Number.isFinite(value));
  if (broken !== undefined) throw rangeError("tridiagonalEigen", "elements", "must be finite", broken);
  let high = d.length - 1;
  let sweeps = 0;
  while (high > 0) {
    for (let i = 0; i < high; i++) {
      if (Math.abs(e[i]) <= Number.EPSILON * (Math.abs(d[i]) + Math.abs(d[i + 1]))) e[i] = 0;
    }
    if (e[high - 1] === 0) {
      high -= 1;
      sweeps = 0;
      continue;
    }
    let low = high - 1;
    while (low > 0 && e[low - 1] !== 0) low -= 1;
    if (++sweeps > maxSweeps) throw new Error(`tridiagonalEigen: no convergence after ${maxSweeps} sweeps`);
    sweep(d, e, z, low, high);
  }
  const order = Array.from(d.keys()).sort((a, b) => d[a] - d[b]);
  return {
    eigenvalues: Float64Array.from(order, (k) => d[k]),
    rows: z.map((row) => Float64Array.from(order, (k) => row[k])),
  };
}

/** One implicit QR step on the block low … high: a bulge made by the shift is chased down the band. */
function sweep(d: Float64Array, e: Float64Array, rows: readonly Float64Array[], low: number, high: number): void {
  const delta = (d[high - 1] - d[high]) / 2;
  const last = e[high - 1];
  const shift = d[high] - last * (last / (delta + (delta < 0 ? -1 : 1) * Math.hypot(delta, last)));
  let x = d[low] - shift;
  let bulge = e[low];
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, bulge);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : -bulge / r;
    if (k > low) e[k - 1] = r;
    const [a, b, f] = [d[k], e[k], d[k + 1]];
    d[k] = c * c * a - 2 * c * s * b + s * s * f;
    d[k + 1] = s * s * a + 2 * c * s * b + c * c * f;
    e[k] = c * s * (a - f) + (c * c - s * s) * b;
    x = e[k];
    if (k < high - 1) {
      bulge = -s * e[k + 1];
      e[k + 1] *= c;
    }
    for (const row of rows) {
      const [left, right] = [row[k], row[k + 1]];
      row[k] = c * left - s * right;
      row[k + 1] = s * left + c * right;
    }
  }
}
