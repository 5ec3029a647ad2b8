/**
 * Eigenvalues and eigenvectors of dense symmetric matrices: Householder's tridiagonal form, then QR.
 *
 * @see Golub, Van Loan 2013, "Matrix computations", 4th edition, sections 8.3.1 and 8.3.3
 */
import { rangeError } from "../errors.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";
import { norm } from "./vectors.ts";

/** A dense symmetric matrix: its rows. Only the lower triangle is read. */
export type SymmetricMatrix = readonly Float64Array[];

/** Eigenvalues in ascending order; `vectors[k]` is the unit eigenvector of `eigenvalues[k]`. */
export interface SymmetricEigen {
  readonly eigenvalues: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/**
 * All eigenvalues of a dense symmetric matrix, ascending.
 *
 * Cost: 4n³/3 multiply-adds; n = 1,000 takes seconds, 3,000 a minute or two. Memory: one copy of the matrix.
 *
 * @throws RangeError unless the matrix is square
 */
export function symmetricEigenvalues(matrix: SymmetricMatrix): Float64Array {
  const { diagonal, offDiagonal } = tridiagonalForm(matrix);
  return tridiagonalEigen({ diagonal, offDiagonal }).eigenvalues;
}

/**
 * `symmetricEigenvalues` in pieces of at most 4n² multiply-adds: `pause` is awaited between them, so that other work of the
 * event loop has its turn. What it throws ends the work.
 *
 * @throws RangeError unless the matrix is square
 */
export async function symmetricEigenvaluesInTurns(
  matrix: SymmetricMatrix,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const steps = tridiagonalSteps(matrix);
  for (;;) {
    const step = steps.next();
    if (step.done) return tridiagonalEigen(step.value).eigenvalues;
    await pause();
  }
}

/**
 * Eigenvalues and eigenvectors. Cost: about 9n³ multiply-adds; memory three matrices.
 *
 * @throws RangeError unless the matrix is square
 */
export function symmetricEigen(matrix: SymmetricMatrix): SymmetricEigen {
  const { diagonal, offDiagonal, reflectors } = tridiagonalForm(matrix);
  const n = diagonal.length;
  // Q = H₀H₁… applied to the unit matrix from the last reflector on.
  const q = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  for (let k = reflectors.length - 1; k >= 0; k--) {
    const v = reflectors[k];
    const dots = new Float64Array(n);
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) dots[j] += v[i] * q[i][j];
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) q[i][j] -= 2 * v[i] * dots[j];
  }
  const { eigenvalues, rows } = tridiagonalEigen({ diagonal, offDiagonal }, q);
  const vectors = Array.from({ length: n }, (_, k) => Float64Array.from(rows, (row) => row[k]));
  return { eigenvalues, vectors };
}

interface TridiagonalForm {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  readonly reflectors: readonly Float64Array[];
}

/** T = QᵀAQ by reflections I − 2vvᵀ; `reflectors[k]` is the unit vector v of step k, zero up to position k. */
function tridiagonalForm(matrix: SymmetricMatrix): TridiagonalForm {
  const steps = tridiagonalSteps(matrix);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, reflection by reflection. */
function* tridiagonalSteps(matrix: SymmetricMatrix): Generator<void, TridiagonalForm> {
  const n = matrix.length;
  const a = matrix.map((row, i) => {
    if (row.length === n) return row.slice(0, i + 1);
    const rule = `must be square, row ${i} has ${row.length} elements of ${n}`;
    throw rangeError("symmetricEigen", "the matrix", rule);
  });
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const reflectors: Float64Array[] = [];
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = a[k][k];
    const v = new Float64Array(n);
    for (let i = k + 1; i < n; i++) v[i] = a[i][k];
    const length = norm(v);
    const alpha = v[k + 1] > 0 ? -length : length;
    offDiagonal[k] = alpha;
    if (length > 0) {
      v[k + 1] -= alpha;
      const shifted = norm(v);
      for (let i = k + 1; i < n; i++) v[i] /= shifted;
      reflect(a, v, k + 1);
    }
    reflectors.push(v);
    yield;
  }
  if (n > 0) diagonal[n - 1] = a[n - 1][n - 1];
  return { diagonal, offDiagonal, reflectors };
}

/** A ← HAH for the rows and columns from `start` on, H = I − 2vvᵀ: A − vwᵀ − wvᵀ with w = 2(Av − (vᵀAv)v). */
function reflect(a: readonly Float64Array[], v: Float64Array, start: number): void {
  const n = a.length;
  const w = new Float64Array(n);
  for (let i = start; i < n; i++) {
    const row = a[i];
    let sum = row[i] * v[i];
    for (let j = start; j < i; j++) {
      sum += row[j] * v[j];
      w[j] += row[j] * v[i];
    }
    w[i] += sum;
  }
  let dot = 0;
  for (let i = start; i < n; i++) dot += v[i] * w[i];
  for (let i = start; i < n; i++) w[i] = 2 * (w[i] - dot * v[i]);
  for (let i = start; i < n; i++) {
    const row = a[i];
    for (let j = start; j <= i; j++) row[j] -= v[i] * w[j] + w[i] * v[j];
  }
}
