import { describe, expect, test } from "vitest";
import { normals, planted } from "../../test/planted.ts";
import { denseHessian } from "../curvature/denseHessian.ts";
import { symmetricEigen } from "../curvature/symmetricEigen.ts";
import { symmetricOperator } from "../curvature/symmetricOperator.ts";
import { dot, norm } from "../curvature/vectors.ts";
import { minres } from "./minres.ts";

const n = 12;
const distance = (a: Float64Array, b: Float64Array): number => norm(a.map((value, i) => value - b[i]));

/** A⁺b by the dense eigenpairs, and the norm of what no x removes from b. */
async function pseudoInverse(operator: ReturnType<typeof planted>, b: Float64Array, rankTolerance = 1e-10) {
  const { eigenvalues, vectors } = symmetricEigen((await denseHessian(operator)).matrix);
  const solution = new Float64Array(b.length);
  let outside = 0;
  vectors.forEach((u, k) => {
    const c = dot(u, b);
    if (Math.abs(eigenvalues[k]) <= rankTolerance) outside += c * c;
    else for (let i = 0; i < b.length; i++) solution[i] += (c / eigenvalues[k]) * u[i];
  });
  return { solution, outside: Math.sqrt(outside) };
}

describe("minimal residuals", () => {
  test("solve an indefinite system", async () => {
    const operator = planted(Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * (0.3 + i)));
    const truth = normals(n, 1);
    const b = Float64Array.from(await operator.apply(truth));
    const { solution, relativeResidual, reached } = await minres(operator, b, { maxSteps: 40, tolerance: 1e-13 });
    expect(relativeResidual).toBeLessThan(1e-13);
    expect(reached).toBe("solution");
    expect(distance(solution, truth)).toBeLessThan(1e-9);
  });

  // Of rank 8 of 12, and b partly outside of the range, or wholly, or in it.
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  test.each(seeds)("give the pseudo-inverse solution of a random singular system (seed %i)", async (seed) => {
    const [values, b] = [normals(n, 100 + seed), normals(n, 200 + seed)];
    const operator = planted(values.map((value, i) => (i % 3 === 0 ? 0 : value + 0.3 * Math.sign(value))));
    const exact = await pseudoInverse(operator, b);
    // Far more steps than needed: rounding must not carry the solution away.
    for (const maxSteps of [n, 200]) {
      const found = await minres(operator, b, { maxSteps, tolerance: 1e-12, leastSquaresTolerance: 1e-11 });
      expect(found.reached).toBe("least squares");
      expect(distance(found.solution, exact.solution)).toBeLessThan(1e-8 * norm(exact.solution));
      expect(found.relativeResidual * norm(b)).toBeGreaterThan(exact.outside * (1 - 1e-9));
      expect(found.relativeResidual * norm(b)).toBeLessThan(exact.outside * (1 + 1e-9));
    }
    const inside = Float64Array.from(await operator.apply(b));
    const solved = await minres(operator, inside, { maxSteps: 200, tolerance: 1e-12 });
    expect(solved.reached).toBe("solution");
    expect(distance(solved.solution, (await pseudoInverse(operator, inside)).solution)).toBeLessThan(1e-9 * norm(b));
  });

  test.each(seeds.slice(0, 5))("stay near it with products in float32 (seed %i)", async (seed) => {
    const [values, b] = [normals(n, 100 + seed), normals(n, 200 + seed)];
    const spectrum = values.map((value, i) => (i % 3 === 0 ? 0 : value + 0.3 * Math.sign(value)));
    const exact = await pseudoInverse(planted(spectrum), b);
    const found = await minres(planted(spectrum, Math.fround), b, { maxSteps: 200, tolerance: 1e-12 });
    expect(found.reached).toBe("least squares");
    expect(distance(found.solution, exact.solution)).toBeLessThan(1e-4 * norm(exact.solution));
    expect(found.relativeResidual * norm(b)).toBeGreaterThan(exact.outside * (1 - 1e-5));
  });

  test("the residual is that of a product, also where the steps were too few", async () => {
    const operator = planted(Float64Array.from({ length: n }, (_, i) => i - 6.5));
    const b = normals(n, 3);
    const { solution, residual, relativeResidual, reached, numSteps, numProducts } = await minres(operator, b, {
      maxSteps: 5,
      tolerance: 1e-12,
    });
    const image = Float64Array.from(await operator.apply(solution));
    expect(distance(b, image) / norm(b)).toBe(relativeResidual);
    expect(norm(residual) / norm(b)).toBe(relativeResidual);
    expect({ reached, numSteps }).toEqual({ reached: null, numSteps: 5 });
    expect(numProducts).toBeLessThanOrEqual(5 + 8);
  });

  test("b in the kernel has the solution 0; b of zero too; b that is not finite is refused", async () => {
    const operator = symmetricOperator(3, ([x, y]) => Float64Array.of(x, -y, 0));
    const kernel = await minres(operator, Float64Array.of(0, 0, 2), { maxSteps: 9, tolerance: 1e-9 });
    expect(kernel).toMatchObject({ solution: new Float64Array(3), relativeResidual: 1, reached: "least squares" });
    const zero = await minres(operator, new Float64Array(3), { maxSteps: 9, tolerance: 1e-9 });
    expect(zero).toMatchObject({ reached: "solution", numProducts: 0 });
    await expect(minres(operator, Float64Array.of(Number.NaN, 0, 0), { maxSteps: 9, tolerance: 1e-9 })).rejects.toThrow(
      "minres: b must be finite, got one of norm NaN",
    );
  });
});

describe("right-hand sides", () => {
  const operator = symmetricOperator(3, (v) => v.map((x, i) => (i + 1) * x));
  const options = { maxSteps: 50, tolerance: 1e-10 };

  test.each([1e-300, 1e-170, 1e-162, 1e155])("of the size %d are solved to the tolerance", async (size) => {
    const { solution, reached, residual } = await minres(operator, Float64Array.of(size, size, 2 * size), options);
    [1, 1 / 2, 2 / 3].forEach((expected, i) => {
      expect(solution[i] / size).toBeCloseTo(expected, 9);
    });
    expect(reached).toBe("solution");
    expect(norm(residual) / size).toBeLessThan(1e-9);
  });

  test.each([1e-170, 1e155])(
    "of the size %d outside of the range have the shortest least-squares solution",
    async (size) => {
      const singular = symmetricOperator(3, (v) => v.map((x, i) => i * x));
      const { solution, reached } = await minres(singular, Float64Array.of(size, size, 2 * size), options);
      [0, 1, 1].forEach((expected, i) => {
        expect(solution[i] / size).toBeCloseTo(expected, 5);
      });
      expect(reached).toBe("least squares");
    },
  );

  test("in float32 are solved in float64", async () => {
    const single = await minres(operator, Float32Array.of(1, 2, 3), options);
    expect(single).toEqual(await minres(operator, Float64Array.of(1, 2, 3), options));
    expect(single.reached).toBe("solution");
  });

  test("that are no vectors, of another length or not finite are refused", async () => {
    const refused = (b: Float64Array) => expect(minres(operator, b, options)).rejects;
    await refused(JSON.parse("null")).toThrow("minres: b must be a vector of 3 elements, got null");
    await refused(new Float64Array(2)).toThrow("minres: b must be a vector of 3 elements, got a Float64Array of 2");
    await refused(Float64Array.of(1, Number.NaN, 1)).toThrow("minres: b must be finite, got one of norm NaN");
  });
});
