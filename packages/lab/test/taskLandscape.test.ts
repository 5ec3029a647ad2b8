/** Landscapes of other tasks than classification. */
import { type NetworkSpec, regression, targetSplit } from "entropy-sgd-training";
import { layers } from "onnx-grad/layers";
import { expect, test } from "vitest";
import { lossLandscape } from "../src/measure/lossLandscape.ts";
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
    expect((await landscape.scoreAt(at)).error).toBeNaN();
  } finally {
    await landscape.close();
  }
});

test("scores of slices and noise are its loss, too", async () => {
  const scores = recalibratedScores(line, split, { task, calibration: split, threads: 1 });
  try {
    expect((await scores.scoreAt(Float32Array.of(2, 1))).loss).toBeCloseTo(0, 6);
    expect((await scores.scoreAt(Float32Array.of(3, 3))).loss).toBeCloseTo(6, 5);
  } finally {
    await scores.close();
  }
});
