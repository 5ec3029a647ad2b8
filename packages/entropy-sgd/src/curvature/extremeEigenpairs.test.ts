import { describe, expect, test } from "vitest";
import { normals, planted } from "../../test/planted.ts";
import type { ObjectiveWith } from "../objective.ts";
import { denseHessian } from "./denseHessian.ts";
import { extremeEigenpairs } from "./extremeEigenpairs.ts";
import { finiteDifferenceHessian, hessianAt } from "./hessianAt.ts";
import { hessianTrace } from "./hessianTrace.ts";
import { lanczos } from "./lanczos.ts";
import { nearZeroShare } from "./nearZeroShare.ts";
import { spectralDensity } from "./spectralDensity.ts";
import { symmetricEigenvalues } from "./symmetricEigen.ts";
import { symmetricOperator } from "./symmetricOperator.ts";
import { tridiagonalEigen } from "./tridiagonalEigen.ts";
import { dot, norm } from "./vectors.ts";

describe("multiple eigenvalues", () => {
  test("the identity has three orthonormal pairs of eigenvalue 1 at each end", async () => {
    const identity = symmetricOperator(10, (v) => Float64Array.from(v));
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
      symmetricOperator(2, (v) => Float64Array.from(v)),
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

  test("may be missing, and the search is not complete, where no further run was allowed", async () => {
    const identity = symmetricOperator(10, (v) => Float64Array.from(v));
    const { largest, complete } = await extremeEigenpairs(identity, { numSteps: 10, count: 3, maxRuns: 1 });
    expect([largest.length, complete]).toEqual([1, false]);
  });
});

/** A diagonal operator, in which everything is exact. */
const diagonal = (...values: readonly number[]) =>
  symmetricOperator(values.length, (v) => v.map((x, i) => values[i] * x));

describe("given approximate eigenvectors (near)", () => {
  test("do not complete a search by themselves", async () => {
    const options = { count: 1, numSteps: 5, near: [Float64Array.of(1, 0, 0)] };
    expect(await extremeEigenpairs(diagonal(1, 2, 3), options)).toMatchObject({ complete: false, numRuns: 1 });
    const { largest, smallest, complete } = await extremeEigenpairs(diagonal(1, 2, 3), { ...options, maxRuns: 2 });
    expect(largest[0].eigenvalue).toBeCloseTo(3, 12);
    expect(smallest[0].eigenvalue).toBeCloseTo(1, 12);
    expect(complete).toBe(true);
    const all = { ...options, near: [Float64Array.of(1, 1), Float64Array.of(1, -1)] };
    expect(await extremeEigenpairs(diagonal(1, 2), { ...all, maxRuns: 1 })).toMatchObject({
      complete: true,
      numRuns: 1,
    });
  });

  test.each([
    [[], "near must be an array of at least one vector, got an array of 0"],
    [null, "near must be an array of at least one vector, got null"],
    [[Float64Array.of(1, 2)], "near[0] must be a vector of 3 elements, got a Float64Array of 2"],
    [[Float64Array.of(1, 2, 3), new Float64Array(3)], "near[1] must be a nonzero finite vector, got one of norm 0"],
    [[Float64Array.of(Number.NaN, 1, 1)], "near[0] must be a nonzero finite vector, got one of norm NaN"],
    [new Array<Float64Array>(1), "near[0] must be a vector of 3 elements, got undefined"],
  ])("are checked: %j", async (near, message) => {
    const options = { count: 1, numSteps: 5, near: near as Float64Array[] };
    await expect(extremeEigenpairs(diagonal(1, 2, 3), options)).rejects.toThrow(`extremeEigenpairs: ${message}`);
  });

  test("options that are not an object throw a one-line error", async () => {
    for (const run of [extremeEigenpairs, lanczos]) {
      await expect(run(diagonal(1), JSON.parse("null"))).rejects.toThrow("options must be an object, got null");
    }
  });
});

test.each([1e-250, 1e-200, 1e-165, 1, 1e155, 1e290])(
  "curvatures of the size %d are found, with their residuals",
  async (size) => {
    const operator = diagonal(-size, 2 * size, 3 * size, 3 * size);
    const { largest, smallest, complete } = await extremeEigenpairs(operator, { count: 2, numSteps: 5 });
    const found = [...smallest, ...largest].map(({ eigenvalue }) => eigenvalue / size);
    [-1, 2, 3, 3].forEach((expected, k) => {
      expect(found[k]).toBeCloseTo(expected, 12);
    });
    for (const { residual } of [...smallest, ...largest]) expect(residual / size).toBeLessThan(1e-13);
    expect(complete).toBe(true);
    expect(norm(Float64Array.of(3 * size, -4 * size)) / (5 * size)).toBeCloseTo(1, 14);
    const density = await spectralDensity(operator, { numSteps: 4, numProbes: 50, seed: 1 });
    expect(nearZeroShare(density, 2.5 * size).share).toBeCloseTo(0.5, 12);
  },
);

test("norms of zeros, infinities and NaN", () => {
  expect(norm(new Float64Array(3))).toBe(0);
  expect(norm(Float64Array.of(1, Number.NEGATIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  expect(norm(Float64Array.of(1, Number.NaN))).toBeNaN();
  expect(norm(new Float64Array(1e4).fill(1e-180)) / 1e-178).toBeCloseTo(1, 12);
});

test.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY])(
  "the threshold %d of the share near zero is refused",
  async (threshold) => {
    const density = await spectralDensity(diagonal(1, 2), { numSteps: 2, numProbes: 1 });
    expect(() => nearZeroShare(density, threshold)).toThrow(
      new RangeError(`nearZeroShare: threshold must be in (0, ∞), got ${threshold}`),
    );
  },
);

test("objectives without derivatives, or that leave elements unwritten, throw one-line errors", async () => {
  const params = Float64Array.of(1, 2);
  const spectrum = (valueAndGradientAt: ObjectiveWith<"valueAndGradientAt">["valueAndGradientAt"]) =>
    denseHessian(finiteDifferenceHessian({ valueAndGradientAt }, { params }));
  const unwritten = new RangeError("operator: products must be finite, got NaN at element 1");
  await expect(spectrum((_, out) => out.fill(0, 0, 1)[0])).rejects.toThrow(unwritten);
  await expect(spectrum(() => JSON.parse("null"))).rejects.toThrow(
    new TypeError("finiteDifferenceHessian: objective.valueAndGradientAt must return a number, got null"),
  );
  const short = hessianAt({ hessianProduct: (_, v, out) => out.set(v.subarray(1)) }, params);
  await expect(denseHessian(short)).rejects.toThrow(unwritten);
  expect(() => hessianAt({ valueAt: () => 1 } as object as ObjectiveWith<"hessianProduct">, params)).toThrow(
    new TypeError("hessianAt: objective.hessianProduct must be a function, got undefined"),
  );
  expect(() => tridiagonalEigen({ diagonal: Float64Array.of(1, 3, 2), offDiagonal: Float64Array.of(1) })).toThrow(
    "tridiagonalEigen: offDiagonal must have 2 elements, got 1",
  );
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

test("products that are not finite, or of another length, throw one-line errors", async () => {
  const broken = symmetricOperator(100, (v) => v.map((value, i) => (i === 7 ? Number.NaN : value)));
  const message = "operator: products must be finite, got NaN at element 7";
  await expect(lanczos(broken, { numSteps: 5 })).rejects.toThrow(message);
  await expect(extremeEigenpairs(broken, { numSteps: 5, count: 1 })).rejects.toThrow(message);
  await expect(spectralDensity(broken, { numSteps: 5, numProbes: 1 })).rejects.toThrow(message);
  await expect(hessianTrace(broken)).rejects.toThrow(message);
  await expect(denseHessian(broken)).rejects.toThrow(message);
  const short = symmetricOperator(3, () => new Float64Array(2));
  await expect(lanczos(short, { numSteps: 1 })).rejects.toThrow(
    "a product must be a vector of 3 elements, got a Float64Array of 2",
  );
  expect(() => symmetricEigenvalues([Float64Array.of(1, 2), Float64Array.of(Number.NaN, 1)])).toThrow(
    "elements must be finite, got NaN",
  );
});
