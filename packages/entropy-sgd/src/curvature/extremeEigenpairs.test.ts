import { describe, expect, test } from "vitest";
import { normals, planted } from "../../test/planted.ts";
import { denseHessian } from "./denseHessian.ts";
import { extremeEigenpairs } from "./extremeEigenpairs.ts";
import { dot, hessianOperator, norm } from "./hessianOperator.ts";
import { hessianTrace } from "./hessianTrace.ts";
import { lanczos } from "./lanczos.ts";
import { spectralDensity } from "./spectralDensity.ts";
import { symmetricEigenvalues } from "./symmetricEigen.ts";

describe("multiple eigenvalues", () => {
  test("the identity has three orthonormal pairs of eigenvalue 1 at each end", async () => {
    const identity = hessianOperator(10, (v) => Float64Array.from(v));
    const { smallest, largest, complete } = await extremeEigenpairs(identity, { numSteps: 10, count: 3 });
    for (const pairs of [smallest, largest]) {
      expect(pairs.map(({ eigenvalue }) => Math.round(eigenvalue * 1e13) / 1e13)).toEqual([1, 1, 1]);
      pairs.forEach(({ vector }, i) => {
        pairs.forEach((other, j) => {
          expect(dot(vector, other.vector)).toBeCloseTo(i === j ? 1 : 0, 12);
        });
      });
    }
    expect(complete).toBe(true);
    const all = await extremeEigenpairs(
      hessianOperator(2, (v) => Float64Array.from(v)),
      { numSteps: 5, count: 3 },
    );
    expect(all.largest.map(({ eigenvalue }) => eigenvalue)).toEqual([1, 1]);
  });

  test.each([1, 2, 3, 4])("of random matrices are all found, in float64 and float32 (seed %i)", async (seed) => {
    const n = 60;
    const noise = normals(n, 40 + seed);
    // Largest 5, 5, 5, 4; smallest −3, −3, −2.5, −2, and the rest between −1 and 1.
    const spectrum = Float64Array.from(noise, (z, i) => [5, 4, 5, -3, 5, -2.5, -3, -2][i] ?? Math.sin(z));
    for (const operator of [planted(spectrum), planted(spectrum, Math.fround)]) {
      const { smallest, largest, complete } = await extremeEigenpairs(operator, { numSteps: 40, count: 4, seed });
      expect(complete).toBe(true);
      const expected = [...spectrum].sort((a, b) => a - b);
      [...smallest, ...largest].forEach(({ eigenvalue, residual }, k) => {
        expect(Math.abs(eigenvalue - expected[k < 4 ? k : n - 8 + k])).toBeLessThanOrEqual(residual);
        expect(residual).toBeLessThan(1e-5);
      });
    }
  });

  test("are told as perhaps missing where no further run was allowed", async () => {
    const identity = hessianOperator(10, (v) => Float64Array.from(v));
    const { largest, complete } = await extremeEigenpairs(identity, { numSteps: 10, count: 3, maxRuns: 1 });
    expect([largest.length, complete]).toEqual([1, false]);
  });
});

describe("residuals include the arithmetic of products", () => {
  const n = 200;
  const spectrum = Float64Array.from({ length: n }, (_, i) => (i < 3 ? 20 + i : Math.sin(i)));
  const operator = planted(spectrum, Math.fround);
  /** ‖Hv − λv‖ by a product in float32. */
  const measured = async (vector: Float64Array, eigenvalue: number): Promise<number> => {
    const product = await operator.apply(vector);
    return norm(vector.map((value, i) => product[i] - eigenvalue * value));
  };

  test("of extreme pairs", async () => {
    const { largest, smallest } = await extremeEigenpairs(operator, { numSteps: 60, count: 2, seed: 1 });
    for (const { vector, eigenvalue, residual } of [...smallest, ...largest]) {
      const exact = await measured(vector, eigenvalue);
      expect(residual).toBeGreaterThan(0.2 * exact);
      // Rounding of 22 to 2⁻²⁴, spread over 200 elements.
      expect(residual).toBeGreaterThan(1e-8);
      expect(residual).toBeLessThan(10 * exact);
    }
  });

  test("of the nodes of a spectral density and of a Lanczos run", async () => {
    const { probes } = await spectralDensity(operator, { numSteps: 60, numProbes: 1, seed: 1 });
    expect(probes[0].residuals.at(-1)).toBeGreaterThan(1e-8);
    expect(probes[0].residuals.at(-1)).toBeLessThan(1e-4);
    expect((await lanczos(planted(spectrum), { numSteps: 60 })).arithmeticError).toBeLessThan(1e-12);
  });

  test("of dense eigenvalues and of traces without sampling", async () => {
    const { matrix, errorNorm } = await denseHessian(operator);
    const expected = [...spectrum].sort((a, b) => a - b);
    const worst = Math.max(...symmetricEigenvalues(matrix).map((value, k) => Math.abs(value - expected[k])));
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(errorNorm);
    const lowRank = planted(
      spectrum.map((value, i) => (i < 3 ? value : 0)),
      Math.fround,
    );
    const { estimate, standardError } = await hessianTrace(lowRank, { seed: 1 });
    expect(Math.abs(estimate - 63)).toBeLessThan(5 * standardError);
    expect(standardError).toBeGreaterThan(1e-8);
  });
});

test("products that are not finite, or of another length, end in one line", async () => {
  const broken = hessianOperator(100, (v) => v.map((value, i) => (i === 7 ? Number.NaN : value)));
  const message = "operator: products must be finite, got NaN at element 7";
  await expect(lanczos(broken, { numSteps: 5 })).rejects.toThrow(message);
  await expect(extremeEigenpairs(broken, { numSteps: 5, count: 1 })).rejects.toThrow(message);
  await expect(spectralDensity(broken, { numSteps: 5, numProbes: 1 })).rejects.toThrow(message);
  await expect(hessianTrace(broken)).rejects.toThrow(message);
  await expect(denseHessian(broken)).rejects.toThrow(message);
  const short = hessianOperator(3, () => new Float64Array(2));
  await expect(lanczos(short, { numSteps: 1 })).rejects.toThrow("a product must have 3 elements");
  expect(() => symmetricEigenvalues([Float64Array.of(1, 2), Float64Array.of(Number.NaN, 1)])).toThrow(
    "elements must be finite, got NaN",
  );
});
