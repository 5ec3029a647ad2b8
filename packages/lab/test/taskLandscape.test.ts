/** Landscapes of other tasks than classification. */
import { type NetworkSpec, regression, type Task, targetSplit } from "entropy-sgd-training";
import { layers } from "onnx-grad/layers";
import { expect, test } from "vitest";
import { lossLandscape } from "../src/measure/lossLandscape.ts";
import { measureFlatness } from "../src/measure/measureFlatness.ts";
import { measureRobustness, numRobustnessPoints } from "../src/measure/measureRobustness.ts";
import { recalibratedScores } from "../src/measure/recalibratedScores.ts";

const line: NetworkSpec = {
  name: "line",
  inputShape: [1],
  outputShape: [1],
  define: () => (context, x) => layers.dense(context, "out", x, 1),
};
// y = 2x + 1 without noise; examples −2, −1, 0, 1, 2.
const split = targetSplit({
  inputs: Float32Array.of(-2, -1, 0, 1, 2),
  targets: Float32Array.of(-3, -1, 1, 3, 5),
  inputShape: [1],
});
const task = regression();

test("values, gradients and Hessian products of a linear regression are those of its quadratic", async () => {
  const landscape = lossLandscape(line, split, { task, threads: 1, batchSize: 2 });
  try {
    // f(a, b) = mean of ((a − 2) x + b − 1)² = 2 (a − 2)² + (b − 1)².
    const at = Float32Array.of(3, 3);
    const [gradient, product] = [new Float64Array(2), new Float64Array(2)];
    expect(await landscape.valueAt(at)).toBeCloseTo(2 + 4, 5);
    expect(await landscape.valueAndGradientAt(at, gradient)).toBeCloseTo(6, 5);
    expect([...gradient]).toEqual([4, 4].map((x) => expect.closeTo(x, 5)));
    await landscape.hessianProduct(at, Float32Array.of(1, 10), product);
    expect([...product]).toEqual([4, 20].map((x) => expect.closeTo(x, 5)));
    // The root of the mean over all examples, not the mean of the roots of batches.
    expect((await landscape.scoreAt(at)).metric).toBeCloseTo(Math.sqrt(6), 5);
  } finally {
    await landscape.close();
  }
});

test("scores of slices and noise are its loss, too", async () => {
  const scores = recalibratedScores(line, split, { task, calibration: split, threads: 1 });
  try {
    expect((await scores.scoreAt(Float32Array.of(2, 1))).loss).toBeCloseTo(0, 6);
    expect((await scores.scoreAt(Float32Array.of(3, 3))).loss).toBeCloseTo(6, 5);
    expect((await scores.scoreAt(Float32Array.of(3, 3))).metric).toBeCloseTo(Math.sqrt(6), 5);
  } finally {
    await scores.close();
  }
});

test("flatness and robustness are of the task's metric: worse is sharper, and what asks for an error does not apply", async () => {
  const better: Task = { ...task, primary: "r2" };
  const params = Float32Array.of(2.1, 1.1);
  for (const [own, name] of [
    [task, "rmse-rise-absolute"],
    [better, "r2-fall-absolute"],
  ] as const) {
    const landscape = lossLandscape(line, split, { task: own, threads: 1 });
    const scores = recalibratedScores(line, split, { task: own, calibration: split, threads: 1, batchSize: 1 });
    try {
      const options = {
        inverseTemperature: 5,
        radii: [],
        numDraws: 40,
        numSteps: 2,
        numProbes: 2,
        numDensityProbes: 2,
      };
      const objectives = { curvature: landscape, loss: landscape, scores };
      const measures = await measureFlatness(objectives, params, { ...options, seed: 1 });
      const found = measures.find((measure) => measure.name === name)!;
      expect(found.estimate).toBeGreaterThan(0);
      const pac = measures.find((measure) => measure.name === "pac-bayes")!;
      expect(pac).toMatchObject({ valid: false, reason: expect.stringContaining(`judged by ${own.primary}`) });
      // Of one example R² is not defined, and images alone are shifted.
      const points = await measureRobustness(scores, params, { seed: 1, inputShape: line.inputShape });
      expect(points).toHaveLength(numRobustnessPoints(line.inputShape));
      expect(points.some(({ perturbation }) => perturbation === "shift")).toBe(false);
      expect(Number.isFinite(points[0]!.metric.estimate)).toBe(own === task);
    } finally {
      await landscape.close();
      await scores.close();
    }
  }
});
