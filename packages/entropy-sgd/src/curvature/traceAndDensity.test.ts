import { describe, expect, test } from "vitest";
import { normals, planted } from "../../test/planted.ts";
import { hessianTrace } from "./hessianTrace.ts";
import { nearZeroShare } from "./nearZeroShare.ts";
import { spectralDensity } from "./spectralDensity.ts";
import { symmetricOperator } from "./symmetricOperator.ts";

const n = 500;
const spectrum = Float64Array.from({ length: n }, (_, i) => (i < 25 ? 1 + i / 10 : 1e-6 * (i % 7)));
const operator = planted(spectrum);
const trace = spectrum.reduce((sum, value) => sum + value, 0);

describe("the trace", () => {
  test("is right within 5 standard errors, which are at least those of repeated estimates and at most some times as large", async () => {
    const repeated = [];
    for (let seed = 0; seed < 60; seed++) repeated.push(await hessianTrace(operator, { numProbes: 10, seed }));
    const squares = repeated.map(({ estimate, standardError }) => [(estimate - trace) ** 2, standardError ** 2]);
    const [actual, stated] = [0, 1].map((k) => squares.reduce((sum, pair) => sum + pair[k], 0) / squares.length);
    // 60 squares of errors have a relative error of √(2/60) = 0.18, the stated ones of √(2/9/60) = 0.06.
    expect(actual / stated).toBeLessThan(1 + 5 * 0.19);
    expect(actual / stated).toBeGreaterThan(0.1);
    expect(Math.abs(repeated[0].estimate - trace)).toBeLessThan(5 * repeated[0].standardError);
    expect(repeated[0]).toMatchObject({ numProducts: 31, degreesOfFreedom: 9 });
    // t₀.₉₇₅ with 9 degrees of freedom is 2.262.
    const { interval, estimate, standardError } = repeated[0];
    expect((interval[1] - estimate) / standardError).toBeCloseTo(2.262, 3);
  });

  test("of few eigenvalues comes from the sketch, to rounding", async () => {
    const { estimate, standardError } = await hessianTrace(planted(spectrum.map((value, i) => (i < 8 ? value : 0))));
    expect(Math.abs(estimate - 10.8)).toBeLessThan(1e-10);
    expect(standardError).toBeLessThan(1e-10);
  });

  test("of a small operator is its diagonal's sum", async () => {
    const diagonal = symmetricOperator(3, (v) => Float64Array.of(2 * v[0], 3 * v[1], -v[2]));
    expect(await hessianTrace(diagonal)).toMatchObject({
      estimate: 4,
      numProducts: 4,
      degreesOfFreedom: Number.POSITIVE_INFINITY,
    });
    await expect(hessianTrace(diagonal, { numProbes: 1 })).rejects.toThrow(
      "hessianTrace: numProbes must be an integer in [2, ∞), got 1",
    );
  });
});

describe("the density", () => {
  test("quadrature weights add up to 1 and give moments", async () => {
    const density = await spectralDensity(operator, { numSteps: 60, numProbes: 20, seed: 4 });
    for (const { weights } of density.probes) {
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }
    const first = density.probes.map(({ nodes, weights }) =>
      nodes.reduce((sum, node, k) => sum + node * weights[k], 0),
    );
    const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
    const error = Math.sqrt(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (19 * 20));
    expect(Math.abs(mean - trace / n)).toBeLessThan(5 * error);
    expect(density.numProducts).toBeLessThanOrEqual(20 * 61);
    const near = nearZeroShare(density, 1e-3);
    expect(near.resolved).toBe(true);
    expect(near.interval[0]).toBeLessThan(0.95);
    expect(near.interval[1]).toBeGreaterThan(0.95);
    expect(near.quadratureError).toBeLessThan(1e-3);
  });

  test("bounds of shares hold for every probe, whatever lies between the nodes", async () => {
    // A diagonal operator: a probe of signs weighs all eigenvalues alike, and there is no sampling error.
    const values = Float64Array.from(normals(n, 70), (z, i) => (i % 3 === 0 ? 0.1 * z : z));
    const diagonal = symmetricOperator(n, (v) => v.map((value, i) => values[i] * value));
    for (const numSteps of [3, 10, 30]) {
      const density = await spectralDensity(diagonal, { numSteps, numProbes: 1 });
      for (const threshold of [0.01, 0.1, 0.3, 1, 2]) {
        const exact = values.filter((value) => Math.abs(value) < threshold).length / n;
        const { share, quadratureError } = nearZeroShare(density, threshold);
        expect(Math.abs(share - exact)).toBeLessThanOrEqual(quadratureError + 1e-12);
      }
    }
  });

  test("a share of a flat spectrum is not resolved by few steps, and is by many", async () => {
    const flat = planted(Float64Array.from({ length: n }, (_, i) => (i + 0.5 - n / 2) / n));
    const few = nearZeroShare(await spectralDensity(flat, { numSteps: 15, numProbes: 20 }), 0.05);
    expect(few).toMatchObject({ resolved: false });
    expect(few.interval[0]).toBeLessThan(0.1);
    expect(few.interval[1]).toBeGreaterThan(0.1);
    const many = nearZeroShare(await spectralDensity(flat, { numSteps: 150, numProbes: 4 }), 0.05);
    expect(many).toMatchObject({ resolved: true });
    expect(Math.abs(many.share - 0.1)).toBeLessThan(0.05);
  });
});
