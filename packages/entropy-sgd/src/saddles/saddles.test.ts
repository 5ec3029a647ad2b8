import { describe, expect, test } from "vitest";
import { norm } from "../curvature/vectors.ts";
import { evaluated, type ObjectiveWith } from "../objective.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { findCriticalPoint } from "./findCriticalPoint.ts";

const normals = (n: number, step: number): Float64Array => {
  const out = new Float64Array(n);
  normalInto(out, { key: randomKey(3, "saddles-test"), stream: 0, step });
  return out;
};

type Surface = ObjectiveWith<"valueAndGradientAt" | "hessianProduct">;

/** f = Σ (xᵢ² − 1)²/4 + cross terms: 3ⁿ critical points near {−1, 0, 1}ⁿ, index the number of zeros. */
const coupling = 0.05;
const wells: Surface = {
  valueAndGradientAt(x: Float64Array, out) {
    const neighbours = (i: number): number => coupling * x[(i + 1) % x.length] + coupling * x.at(i - 1)!;
    out.set(x.map((value, i) => value ** 3 - value + neighbours(i)));
    return x.reduce((sum, value, i) => sum + (value * value - 1) ** 2 / 4 + (value * neighbours(i)) / 2, 0);
  },
  hessianProduct(x, v, out) {
    out.set(
      v.map((value, i) => (3 * x[i] ** 2 - 1) * value + coupling * v[(i + 1) % v.length] + coupling * v.at(i - 1)!),
    );
  },
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
          start,
          tolerance: 1e-10,
          numDescentSteps,
        });
        expect(converged).toBe(true);
        expect(norm((await evaluated("test", wells, point)).gradient)).toBe(gradientNorm);
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
    const slope: Surface = {
      valueAndGradientAt([x, y], out) {
        out.set([1, y / Math.sqrt(1 + y * y)]);
        return x + Math.sqrt(1 + y * y);
      },
      hessianProduct([, y], [, v], out) {
        out.set([0, v / (1 + y * y) ** 1.5]);
      },
    };
    const result = await findCriticalPoint(slope, { start: Float64Array.of(0, 0.5), tolerance: 1e-8 });
    expect(result.converged).toBe(false);
    expect(result.gradientNorm).toBeCloseTo(1, 6);
    expect(result.gradientFlatness).toBeLessThan(1e-3);
  });

  test("a gradient that is not finite at the start, or an abort, ends the search without convergence", async () => {
    const broken: Surface = { ...wells, valueAndGradientAt: (_, out) => out.fill(Number.NaN)[0] };
    expect(await findCriticalPoint(broken, { start: new Float64Array(4), tolerance: 1e-8 })).toMatchObject({
      converged: false,
      gradientNorm: Number.NaN,
      gradientFlatness: Number.NaN,
    });
    const stopped = { start: Float64Array.of(1, 2, 3, 4), tolerance: 1e-8, signal: { aborted: true } };
    expect(await findCriticalPoint(wells, stopped)).toMatchObject({ converged: false, numProducts: 0 });
  });

  test("refuses a tolerance of zero", async () => {
    await expect(findCriticalPoint(wells, { start: new Float64Array(4), tolerance: 0 })).rejects.toThrow(
      "findCriticalPoint: tolerance must be in (0, ∞), got 0",
    );
  });
});
