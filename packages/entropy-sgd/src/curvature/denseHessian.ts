import { rangeError } from "../errors.ts";
import { randomStart } from "./lanczos.ts";
import { productAnew, productOf } from "./product.ts";
import type { SymmetricMatrix } from "./symmetricEigen.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { dot, norm } from "./vectors.ts";

/** Above this dimension the matrix alone takes 72 MB and its spectrum minutes. */
const maxDimension = 3000;

/** A dense Hessian and how symmetric its columns came out. */
export interface DenseHessian {
  readonly matrix: SymmetricMatrix;
  /** max |Hᵢⱼ − Hⱼᵢ| / max |H|, before the two were averaged: the error of the products. */
  readonly asymmetry: number;
  /**
   * About how far arithmetic may have moved any eigenvalue: ‖H − Hᵀ‖/2 in Frobenius' norm (Weyl's bound), and what a further product,
   * with a vector near the largest |λ|, differs from the matrix's.
   */
  readonly errorNorm: number;
}

/**
 * The matrix of an operator, column by column.
 *
 * Cost: n + 1 products, 8n² bytes. @throws RangeError for n > 3,000, and for products that are not finite
 */
export async function denseHessian(operator: SymmetricOperator): Promise<DenseHessian> {
  const n = operator.dimension;
  if (n > maxDimension) {
    const got = `${n}; use lanczos or spectralDensity`;
    throw rangeError("denseHessian", "dimension", `must be at most ${maxDimension}`, n, got);
  }
  const columns: Float64Array[] = [];
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit[j] = 1;
    columns.push(await productOf(operator, unit));
    unit[j] = 0;
  }
  let [difference, largest, squares] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [columns[i][j], columns[j][i]];
      difference = Math.max(difference, Math.abs(a - b));
      squares += (a - b) ** 2 / 2;
      largest = Math.max(largest, Math.abs(a), Math.abs(b));
      columns[i][j] = (a + b) / 2;
      columns[j][i] = columns[i][j];
    }
  }
  const y = largestDirection(columns);
  const [product, expected] = [await productAnew(operator, y), times(columns, y)];
  const deviation = norm(product.map((value, i) => value - expected[i]));
  const asymmetry = largest === 0 ? 0 : difference / largest;
  return { matrix: columns, asymmetry, errorNorm: Math.hypot(Math.sqrt(squares), deviation) };
}

/** A unit vector near the eigenvectors of the largest |λ|, by some steps of the power method. */
function largestDirection(matrix: SymmetricMatrix): Float64Array {
  let y = randomStart(matrix.length, 0, 0);
  for (let step = 0; step < 20; step++) {
    const length = norm(y);
    if (length === 0) break;
    y = times(
      matrix,
      y.map((value) => value / length),
    );
  }
  const length = norm(y);
  return length === 0 ? y : y.map((value) => value / length);
}

function times(matrix: SymmetricMatrix, v: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, v));
}
