import { describe, expect, test } from "vitest";
import { hessianOperator, norm } from "../curvature/hessianOperator.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { findCriticalPoint, type GradientField } from "./findCriticalPoint.ts";
import { minres } from "./minres.ts";

const normals = (n: number, step: number): Float64Array => {
  const out = new Float64Array(n);
  normalInto(out, { key: randomKey(3, "saddles-test"), stream: 0, step });
  return out;
};

describe("minimal residuals", () => {
  const n = 12;
  // A = Q·diag(λ)·Q with the reflection Q = I − 2uuᵀ.
  const u = normals(n, 0);
  const length = norm(u);
  const reflect = (v: Float64Array): Float64Array => {
    const dot = v.reduce((sum, value, i) => sum + (value * u[i]) / length, 0);
    return v.map((value, i) => value - (2 * dot * u[i]) / length);
  };
  const operatorOf = (eigenvalues: Float64Array) =>
    hessianOperator(n, (v) => reflect(reflect(v).map((value, i) => eigenvalues[i] * value)));

  test("solve an indefinite system", async () => {
    const operator = operatorOf(Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * (0.3 + i)));
    const truth = normals(n, 1);
    const b = Float64Array.from(await operator.apply(truth));
    const { solution, relativeResidual } = await minres(operator, b, { maxSteps: 40, tolerance: 1e-13 });
    expect(relativeResidual).toBeLessThan(1e-13);
    solution.forEach((value, i) => {
      expect(value).toBeCloseTo(truth[i], 9);
    });
  });

  test("give the pseudo-inverse solution of a singular consistent system, and a true residual otherwise", async () => {
    const eigenvalues = Float64Array.from({ length: n }, (_, i) => (i < 4 ? 0 : i - 6.5));
    const operator = operatorOf(eigenvalues);
    const inside = reflect(normals(n, 2).map((value, i) => (i < 4 ? 0 : value)));
    const b = Float64Array.from(await operator.apply(inside));
    const solved = await minres(operator, b, { maxSteps: 40, tolerance: 1e-12 });
    solved.solution.forEach((value, i) => {
      expect(value).toBeCloseTo(inside[i], 8);
    });
    const any = normals(n, 3);
    const { solution, relativeResidual } = await minres(operator, any, { maxSteps: 5, tolerance: 1e-12 });
    const image = await operator.apply(solution);
    expect(norm(any.map((value, i) => value - image[i])) / norm(any)).toBeCloseTo(relativeResidual, 10);
  });
});

/** f = Σ (xᵢ² − 1)²/4 + cross terms: 3ⁿ critical points near {−1, 0, 1}ⁿ, index the number of zeros. */
const coupling = 0.05;
const wells: GradientField = {
  gradientAt: (x) =>
    x.map((value, i) => value ** 3 - value + coupling * x[(i + 1) % x.length] + coupling * x.at(i - 1)!),
  hessianAt: (x) =>
    hessianOperator(x.length, (v) =>
      v.map((value, i) => (3 * x[i] ** 2 - 1) * value + coupling * v[(i + 1) % v.length] + coupling * v.at(i - 1)!),
    ),
};

describe("critical points", () => {
  test.each([0, 5])(
    "of every index are found from starts beside them, after %d descent steps",
    async (numDescentSteps) => {
      for (const near of [
        [1, -1, 1, 1],
        [0, 1, -1, 1],
        [0, 0, 1, -1],
        [0, 0, 0, 0],
      ]) {
        const noise = normals(4, 4);
        const start = Float64Array.from(near, (value, i) => value + 0.08 * noise[i]);
        const { point, converged, gradientNorm, trace, gradientFlatness } = await findCriticalPoint(wells, {
          ...{ start, tolerance: 1e-10, numDescentSteps },
        });
        expect(converged).toBe(true);
        expect(norm(Float64Array.from(await wells.gradientAt(point)))).toBe(gradientNorm);
        near.forEach((value, i) => {
          expect(Math.abs(point[i] - value)).toBeLessThan(0.15);
        });
        trace.forEach((value, k) => {
          expect(value).toBeLessThanOrEqual(trace[k - 1] ?? Number.POSITIVE_INFINITY);
        });
        expect(gradientFlatness).toBeGreaterThan(0.05);
      }
    },
  );

  test("a slope without a critical point ends gradient-flat and not converged", async () => {
    // f = x + √(1 + y²): the gradient tends to (1, 0), which the Hessian diag(0, ·) sends to zero.
    const slope: GradientField = {
      gradientAt: ([, y]) => Float64Array.of(1, y / Math.sqrt(1 + y * y)),
      hessianAt: ([, y]) => hessianOperator(2, ([, v]) => Float64Array.of(0, v / (1 + y * y) ** 1.5)),
    };
    const result = await findCriticalPoint(slope, { start: Float64Array.of(0, 0.5), tolerance: 1e-8 });
    expect(result.converged).toBe(false);
    expect(result.gradientNorm).toBeCloseTo(1, 6);
    expect(result.gradientFlatness).toBeLessThan(1e-3);
  });

  test("refuses a tolerance of zero", async () => {
    await expect(findCriticalPoint(wells, { start: new Float64Array(4), tolerance: 0 })).rejects.toThrow(
      "findCriticalPoint: tolerance must be in (0, ∞), got 0",
    );
  });
});
