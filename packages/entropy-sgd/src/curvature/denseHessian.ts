import type { SymmetricOperator } from "./hessianOperator.ts";
import type { SymmetricMatrix } from "./symmetricEigen.ts";

/** Above this dimension the matrix alone takes 72 MB and its spectrum minutes. */
const maxDimension = 3000;

/** A dense Hessian and how symmetric its columns came out. */
export interface DenseHessian {
  readonly matrix: SymmetricMatrix;
  /** max |Hᵢⱼ − Hⱼᵢ| / max |H|, before the two were averaged: the error of the products. */
  readonly asymmetry: number;
}

/**
 * The matrix of an operator, column by column.
 *
 * Cost: n products, 8n² bytes. @throws RangeError for n > 3,000
 */
export async function denseHessian(operator: SymmetricOperator): Promise<DenseHessian> {
  const n = operator.dimension;
  if (n > maxDimension) {
    throw new RangeError(
      `denseHessian: dimension must be at most ${maxDimension}, got ${n}; use lanczos or spectralDensity`,
    );
  }
  const columns: Float64Array[] = [];
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit[j] = 1;
    columns.push(Float64Array.from(await operator.apply(unit)));
    unit[j] = 0;
  }
  let [difference, largest] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [columns[i][j], columns[j][i]];
      difference = Math.max(difference, Math.abs(a - b));
      largest = Math.max(largest, Math.abs(a), Math.abs(b));
      columns[i][j] = (a + b) / 2;
      columns[j][i] = columns[i][j];
    }
  }
  return { matrix: columns, asymmetry: largest === 0 ? 0 : difference / largest };
}
