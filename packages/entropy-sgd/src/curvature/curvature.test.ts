import { describe, expect, test } from "vitest";
import fixture from "../../test/fixtures/eigenvalues.json" with { type: "json" };
import { normals, planted } from "../../test/planted.ts";
import type { ObjectiveWith } from "../objective.ts";
import type { Vector } from "../types.ts";
import { denseHessian } from "./denseHessian.ts";
import { extremeEigenpairs } from "./extremeEigenpairs.ts";
import { finiteDifferenceHessian } from "./hessianAt.ts";
import { lanczos } from "./lanczos.ts";
import { magnitudeRelative } from "./magnitudeRelative.ts";
import { symmetricEigen, symmetricEigenvalues } from "./symmetricEigen.ts";
import { symmetricOperator } from "./symmetricOperator.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";
import { norm } from "./vectors.ts";

const ascending = (values: Float64Array): number[] => [...values].sort((a, b) => a - b);

describe("dense and tridiagonal eigenvalues", () => {
  const formulas: Record<keyof typeof fixture.values, (i: number, j: number) => number> = {
    indefinite: (i, j) => (((i * j + 3 * (i + j)) % 17) - 8) / 17,
    hilbert: (i, j) => 1 / (i + j + 1),
    arrow: (i, j) => (i === j ? i / 4 - 3 : i === 0 || j === 0 ? 0.5 : 0),
  };
  test.each(["indefinite", "hilbert", "arrow"] as const)("%s: those of numpy, dense and by Lanczos", async (name) => {
    const { n, values } = fixture;
    const matrix = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: n }, (_, j) => formulas[name](i, j)),
    );
    const expected = values[name];
    const scale = Math.max(...expected.map(Math.abs));
    // Backward stable methods err by a small multiple of n·2⁻⁵³ of the largest eigenvalue.
    const worst = symmetricEigenvalues(matrix).map((value, k) => Math.abs(value - expected[k]) / scale);
    expect(Math.max(...worst)).toBeLessThan(n * 2 ** -50);
    const operator = symmetricOperator(n, (v) =>
      Float64Array.from(matrix, (row) => row.reduce((sum, a, j) => sum + a * v[j], 0)),
    );
    const { largest, smallest } = await extremeEigenpairs(operator, { numSteps: n, count: 1, seed: 1 });
    expect(Math.abs(largest[0].eigenvalue - expected[n - 1]) / scale).toBeLessThan(n * 2 ** -50);
    expect(Math.abs(smallest[0].eigenvalue - expected[0]) / scale).toBeLessThan(n * 2 ** -50);
  });

  test("the second-difference matrix has the eigenvalues 2 − 2cos(kπ/(m + 1))", () => {
    const m = 50;
    const { eigenvalues, rows } = tridiagonalEigen(
      { diagonal: new Float64Array(m).fill(2), offDiagonal: new Float64Array(m - 1).fill(-1) },
      [Float64Array.from({ length: m }, (_, i) => (i === 0 ? 1 : 0))],
    );
    eigenvalues.forEach((value, k) => {
      const angle = ((k + 1) * Math.PI) / (m + 1);
      expect(value).toBeCloseTo(2 - 2 * Math.cos(angle), 13);
      // First components of the unit eigenvectors: √(2/(m + 1))·sin(kπ/(m + 1)), up to sign.
      expect(Math.abs(rows[0][k])).toBeCloseTo(Math.sqrt(2 / (m + 1)) * Math.sin(angle), 13);
    });
  });

  test.each([1, 2, 3, 40])("a planted spectrum is found, with eigenvectors (n = %i)", async (n) => {
    const spectrum = Float64Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 0 : (i - n / 3) / 4));
    const operator = planted(spectrum);
    const { matrix, asymmetry } = await denseHessian(operator);
    expect(asymmetry).toBeLessThan(1e-13);
    const { eigenvalues, vectors } = symmetricEigen(matrix);
    const exact = ascending(spectrum);
    expect(Math.max(...symmetricEigenvalues(matrix).map((value, k) => Math.abs(value - exact[k])))).toBeLessThan(1e-12);
    vectors.forEach((vector, k) => {
      const product = operator.apply(vector) as Float64Array;
      expect(Math.abs(eigenvalues[k] - exact[k])).toBeLessThan(1e-12);
      expect(norm(product.map((value, i) => value - eigenvalues[k] * vector[i]))).toBeLessThan(1e-11);
      expect(norm(vector)).toBeCloseTo(1, 12);
    });
  });

  test("bad shapes are refused", async () => {
    expect(() => symmetricEigenvalues([new Float64Array(2)])).toThrow(
      "the matrix must be square, row 0 has 2 elements of 1",
    );
    expect(() => symmetricOperator(0, (v) => v)).toThrow(
      "symmetricOperator: dimension must be a positive integer, got 0",
    );
    await expect(denseHessian(symmetricOperator(3001, (v) => v))).rejects.toThrow(
      "dimension must be at most 3000, got 3001",
    );
  });
});

describe("Lanczos", () => {
  const n = 400;
  const spectrum = Float64Array.from({ length: n }, (_, i) =>
    i < 5 ? 10 + 5 * i : i < 8 ? -3 + i * 0.1 : 0.5 * Math.sin(i),
  );
  const operator = planted(spectrum);

  test("finds the extreme eigenpairs with residuals that are those of the definition", async () => {
    const found = await extremeEigenpairs(operator, { numSteps: 60, count: 3, seed: 1 });
    const { smallest, largest, numProducts, numRuns, complete } = found;
    const exact = ascending(spectrum);
    // Two runs of 60 and the product that measures their arithmetic, one for each vector of a run, and one for each residual.
    expect({ numProducts, numRuns, complete }).toEqual({ numProducts: 2 * 61 + 18, numRuns: 2, complete: true });
    [...smallest, ...largest].forEach(({ eigenvalue, vector, residual }, k) => {
      const truth = k < 3 ? exact[k] : exact[n - 6 + k];
      const product = operator.apply(vector) as Float64Array;
      const actual = norm(product.map((value, i) => value - eigenvalue * vector[i]));
      expect(Math.abs(actual - residual)).toBeLessThan(1e-10);
      expect(Math.abs(eigenvalue - truth)).toBeLessThan(Math.max(residual, 1e-10));
    });
  });

  test("keeps the basis orthonormal, so that no eigenvalue appears twice", async () => {
    const { basis } = await lanczos(operator, { numSteps: 120, seed: 2 });
    let worst = 0;
    for (let i = 0; i < basis.length; i++) {
      for (let j = 0; j <= i; j++) {
        const product = basis[i].reduce((sum, value, k) => sum + value * basis[j][k], 0);
        worst = Math.max(worst, Math.abs(product - (i === j ? 1 : 0)));
      }
    }
    expect(worst).toBeLessThan(1e-12);
  });

  test("stops where the subspace is invariant, and gives the whole spectrum of a small operator", async () => {
    const values = Float64Array.of(1, 1, 1, 5, 5, -2);
    const { diagonal, offDiagonal, residualNorm } = await lanczos(planted(values), { numSteps: 6, seed: 3 });
    // Three distinct eigenvalues span an invariant subspace of dimension 3.
    expect(diagonal).toHaveLength(3);
    expect(residualNorm).toBe(0);
    const { eigenvalues } = tridiagonalEigen({ diagonal, offDiagonal });
    expect([...eigenvalues].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([-2, 1, 5]);
  });

  test("refuses bad numbers and starts", async () => {
    await expect(lanczos(operator, { numSteps: 0 })).rejects.toThrow(
      "lanczos: numSteps must be an integer in [1, ∞), got 0",
    );
    await expect(lanczos(operator, { numSteps: 3, start: new Float64Array(n) })).rejects.toThrow(
      "lanczos: start must be a nonzero finite vector, got one of norm 0",
    );
  });
});

describe("Hessians from gradients", () => {
  // Logistic regression: f = mean log(1 + e^(−y xᵀw)), H = mean σ(1 − σ) x xᵀ.
  const [examples, features] = [30, 6];
  const inputs = Array.from({ length: examples }, (_, b) => normals(features, 100 + b));
  const labels = inputs.map((x) => (x[0] + 0.3 * x[1] > 0 ? 1 : -1));
  const params = normals(features, 99);
  const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));
  const score = (x: Float64Array, w: ArrayLike<number>): number => x.reduce((sum, value, i) => sum + value * w[i], 0);
  /** An objective of which only the gradient is known. */
  const withGradient = (gradientAt: (w: Vector) => Vector): ObjectiveWith<"valueAndGradientAt"> => ({
    valueAndGradientAt(w, out) {
      out.set(gradientAt(w));
      return Number.NaN;
    },
  });
  const logisticGradient = (w: ArrayLike<number>): Float64Array => {
    const gradient = new Float64Array(features);
    inputs.forEach((x, b) => {
      const weight = (-labels[b] * sigmoid(-labels[b] * score(x, w))) / examples;
      for (let i = 0; i < features; i++) gradient[i] += weight * x[i];
    });
    return gradient;
  };
  const exact = Array.from({ length: features }, (_, i) =>
    Float64Array.from({ length: features }, (_, j) =>
      inputs.reduce((sum, x) => {
        const p = sigmoid(score(x, params));
        return sum + (p * (1 - p) * x[i] * x[j]) / examples;
      }, 0),
    ),
  );

  test("linear regression: XᵀX/m, wherever it is taken", async () => {
    const residualGradient = (w: ArrayLike<number>): Float64Array => {
      const gradient = new Float64Array(features);
      inputs.forEach((x, b) => {
        const residual = (score(x, w) - labels[b]) / examples;
        for (let i = 0; i < features; i++) gradient[i] += residual * x[i];
      });
      return gradient;
    };
    const { matrix } = await denseHessian(
      finiteDifferenceHessian(withGradient(residualGradient), { params, unit: 2 ** -53 }),
    );
    matrix.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(
          inputs.reduce((sum, x) => sum + (x[i] * x[j]) / examples, 0),
          9,
        );
      });
    });
  });

  test("the magnitude-relative Hessian does not see a rescaling that leaves the function as it is", async () => {
    // f(a, b) = g(a·b): (a, b) → (ca, b/c) is the same network.
    const gradient = ([a, b]: ArrayLike<number> & Iterable<number>): Float64Array => {
      const slope = 2 * (a * b - 3);
      return Float64Array.of(slope * b, slope * a);
    };
    const spectrum = async (at: Float64Array, relative: boolean) => {
      const raw = finiteDifferenceHessian(withGradient(gradient), { params: at, unit: 2 ** -53 });
      return symmetricEigenvalues((await denseHessian(relative ? magnitudeRelative(raw, at) : raw)).matrix);
    };
    const [here, there] = [Float64Array.of(1.5, 1), Float64Array.of(15, 0.1)];
    const [raw, rawScaled] = [await spectrum(here, false), await spectrum(there, false)];
    expect(rawScaled[1] / raw[1]).toBeGreaterThan(30);
    const [relative, relativeScaled] = [await spectrum(here, true), await spectrum(there, true)];
    relative.forEach((value, k) => {
      expect(relativeScaled[k]).toBeCloseTo(value, 6);
    });
    expect(() =>
      magnitudeRelative(
        symmetricOperator(3, (v) => v),
        here,
      ),
    ).toThrow("params must have 3 elements, got 2");
  });

  test.each([
    ["float64", 2 ** -53, logisticGradient, 1e-9],
    ["float32", 2 ** -24, (w: ArrayLike<number>) => Float32Array.from(logisticGradient(w)), 3e-4],
  ])(
    "central differences give the Hessian of logistic regression to unit^(2/3) (%s)",
    async (_, unit, gradient, bound) => {
      const operator = finiteDifferenceHessian(withGradient(gradient), { params, unit });
      const { matrix } = await denseHessian(operator);
      const worst = Math.max(
        ...matrix.flatMap((row, i) => Array.from(row, (value, j) => Math.abs(value - exact[i][j]))),
      );
      expect(worst).toBeLessThan(bound);
    },
  );
});
