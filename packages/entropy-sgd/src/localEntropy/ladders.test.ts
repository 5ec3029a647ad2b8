import { describe, expect, test } from "vitest";
import type { ObjectiveWith } from "../objective.ts";
import { randomKey } from "../random/randomKey.ts";
import { chainMean } from "../sampling/diagnostics.ts";
import { couplingEntropy } from "./couplingEntropy.ts";
import { withinBounds } from "./entropyBounds.ts";
import { freeEnergy } from "./freeEnergy.ts";
import type { ReplicaAt } from "./hamiltonianMove.ts";
import { mover } from "./replicaExchange.ts";
import { scopeEntropy } from "./scopeEntropy.ts";
import { logMeanExpEntropy } from "./smoothedLoss.ts";
import { ladderEvaluations } from "./temperedLadders.ts";

describe("a Hamiltonian move leaves its law as it is", () => {
  // V = z⁴/4 + z: the law exp(−λV − pz²/2) by quadrature.
  const potentialAt: ReplicaAt = async (z) => ({
    z,
    potential: z[0] ** 4 / 4 + z[0],
    gradient: Float64Array.of(z[0] ** 3 + 1),
    distance: z[0] ** 2 / 2,
  });

  test.each([
    { coupling: 1, precision: 0.5, mass: 2 },
    { coupling: 0.3, precision: 1, mass: 0.6 },
    { coupling: 0, precision: 4, mass: 1 },
  ])("at λ = $coupling, p = $precision, m = $mass", async ({ coupling, precision, mass }) => {
    let [total, first, second] = [0, 0, 0];
    for (let z = -8; z < 8; z += 1e-3) {
      const weight = Math.exp(-coupling * (z ** 4 / 4 + z) - (precision * z * z) / 2);
      total += weight;
      first += weight * z;
      second += weight * z * z;
    }
    const { draw, move } = mover(potentialAt, { dimension: 1, numSteps: 3, key: randomKey(1, "move") }, 0);
    const rung = { coupling, precision, mass, angle: 0.6 };
    let replica = await draw(rung);
    const values: number[] = [];
    for (let k = 0; k < 6000; k++) {
      ({ replica } = await move(rung, replica, null));
      values.push(replica.z[0]);
    }
    for (const [power, truth] of [
      [1, first / total],
      [2, second / total],
    ] as const) {
      const { mean, standardError } = chainMean(values.map((value) => value ** power));
      expect(Math.abs(mean - truth)).toBeLessThan(5 * standardError);
    }
  });
});

test("free energies between Gaussians: exact where they overlap, of the fourth order where they do not", () => {
  // V = κz²/2 in each of n directions, sampled at quantiles of the law of ‖z‖² (normal for large n): log Z = −(n/2) log(1 + λκ).
  const kappa = 3;
  const series = (n: number, coupling: number) => {
    const size = 4001;
    const distances = Array.from({ length: size }, (_, i) => {
      const u = (i + 0.5) / size;
      // Wilson and Hilferty's cube for χ² at the normal quantile, here by a logistic stand-in of the same symmetry.
      const quantile = Math.log(u / (1 - u)) * (Math.sqrt(3) / Math.PI);
      return (n / 2 + Math.sqrt(n / 2) * quantile) / (1 + coupling * kappa);
    });
    return { distances, potentials: distances.map((distance) => kappa * distance), virials: distances };
  };
  const couplings = [0, 0.1, 0.3, 0.6, 1];
  const laws = couplings.map((coupling) => ({ coupling, precision: 1 }));
  const n = 4000;
  const found = freeEnergy(laws, [couplings.map((coupling) => series(n, coupling))], 1);
  const truth = -(n / 2) * Math.log(1 + kappa);
  // Plain trapezoids are 2.6 % off.
  expect(Math.abs(found.values[0] / truth - 1)).toBeLessThan(2e-3);
  expect(Math.abs(chainMean(found.influences[0]).mean)).toBeLessThan(1e-5 * n);
});

test("bounds refute what lies beyond them, and estimates that say less than they do", () => {
  const bounds = { smoothedLoss: { estimate: -2, standardError: 0.1 }, lower: -2.3, upper: -1, numEvaluations: 10 };
  const judged = (estimate: number, standardError: number) =>
    withinBounds(
      { estimate, standardError, kind: "estimate", valid: true, reason: null, numEvaluations: 5 } as const,
      bounds,
    );
  expect(judged(-1.5, 0.1)).toMatchObject({ valid: true, numEvaluations: 15 });
  expect(judged(-2.7, 0.1).reason).toMatch(/^F̃ = -2\.700 is below -2\.300, which draws around x show/);
  expect(judged(-2.7, 0.2).valid).toBe(true);
  expect(judged(-0.6, 0.1).reason).toMatch(/^F̃ = -0\.6000 is above -1\.000, minus the least loss/);
  expect(judged(-1.5, 3).reason).toMatch(/^the standard error 3\.0 says less than Jensen's bound -2\.000/);
});

describe("wells in one dimension, against quadrature", () => {
  const truthOf = (f: (x: number) => number, x: number, beta: number, radius: number): number => {
    let sum = 0;
    for (let z = -12; z < 12; z += 1e-3) sum += Math.exp(-0.5 * z * z - beta * (f(x + radius * z) - f(x))) * 1e-3;
    return Math.log(sum / Math.sqrt(2 * Math.PI)) / beta - f(x);
  };
  const objectiveOf = (f: (x: number) => number): ObjectiveWith<"valueAt" | "valueAndGradientAt"> => ({
    valueAt: ([x]) => f(x),
    valueAndGradientAt([x], out) {
      out[0] = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6;
      return f(x);
    },
  });
  const numbers = { seed: 1 };

  test.each([
    { name: "double well", f: (x: number) => 0.5 * (x * x - 1) ** 2 + 0.1 * x, x: 0.98, beta: 20, radius: 1 },
    { name: "ripples", f: (x: number) => 1 - Math.cos(5 * x) + 0.05 * x * x, x: 0.6, beta: 20, radius: 1 },
    { name: "kink", f: (x: number) => Math.sqrt(x * x + 1e-3), x: 0.3, beta: 40, radius: 0.5 },
  ])("$name: valid estimates hold the truth", async ({ f, x, beta, radius }) => {
    const place = { params: Float64Array.of(x), inverseTemperature: beta, radius };
    const truth = truthOf(f, x, beta, radius);
    const coupling = await couplingEntropy(objectiveOf(f), { ...place, ...numbers });
    expect(coupling).toMatchObject({ valid: true, reason: null });
    expect(Math.abs(coupling.estimate - truth)).toBeLessThan(5 * coupling.standardError);
    expect(coupling.standardError).toBeLessThan(0.5 / beta);
    const scope = await scopeEntropy(objectiveOf(f), { ...place, ...numbers });
    expect(Math.abs(scope.estimate - truth)).toBeLessThan(5 * scope.standardError);
  });

  test("a well 6.6 σ away that holds nearly all of the mass: nothing is valid and wrong", async () => {
    const f = (x: number) => 0.5 * (x * x - 1) ** 2 + 0.1 * x;
    const place = { params: Float64Array.of(0.98), inverseTemperature: 200, radius: 0.3 };
    for (const estimator of [couplingEntropy, scopeEntropy]) {
      const found = await estimator(objectiveOf(f), { ...place, ...numbers });
      expect(found).toMatchObject({
        valid: false,
        reason: expect.stringMatching(/have not mixed$|differ by more|exceed/),
      });
    }
    expect(await logMeanExpEntropy(objectiveOf(f), { ...place, numDraws: 2000 })).toMatchObject({ valid: false });
  });
});

test("300 weights with curvatures 27 to 170 times γ: valid, and right to half a percent", async () => {
  const [n, beta, radius] = [300, 1000, 0.05];
  const gamma = 1 / (beta * radius * radius);
  const h = Float64Array.from({ length: n }, (_, i) => gamma * (27 + (143 * i) / (n - 1)));
  const objective: ObjectiveWith<"valueAndGradientAt"> = {
    valueAndGradientAt(x, out) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        out[i] = h[i] * x[i];
        value += 0.5 * out[i] * x[i];
      }
      return value;
    },
  };
  const numbers = { numSamples: 100, burnIn: 20, numDraws: 16, seed: 1 };
  const place = { params: new Float64Array(n), inverseTemperature: beta, radius };
  const found = await couplingEntropy(objective, { ...place, ...numbers });
  const truth = -h.reduce((sum, value) => sum + Math.log1p(value / gamma), 0) / (2 * beta);
  expect(found.valid).toBe(true);
  expect(Math.abs(found.estimate - truth)).toBeLessThan(5 * found.standardError);
  expect(Math.abs(found.estimate / truth - 1)).toBeLessThan(5e-3);
  expect(found.numEvaluations).toBeLessThanOrEqual(ladderEvaluations(numbers, n));
  const again = await couplingEntropy(objective, { ...place, ...numbers });
  expect(again.estimate).toBe(found.estimate);
});
