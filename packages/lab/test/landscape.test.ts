import { denseHessian, symmetricEigenvalues } from "entropy-sgd";
import { buildNetwork, evaluate, gradients, hvp, input, sizeOf, softmaxCrossEntropy } from "onnx-grad";
import { afterAll, describe, expect, test } from "vitest";
import { lossLandscape } from "../src/landscape/lossLandscape.ts";
import { measureSpectrum } from "../src/landscape/measureSpectrum.ts";
import { compileNetwork } from "../src/model/compileNetwork.ts";
import { mlp } from "../src/networks/fullyConnected.ts";
import type { NetworkSpec } from "../src/networks/networks.ts";
import { numbers, tinyData, tinyNetwork } from "./tinyTask.ts";

const data = tinyData({ train: 130, validation: 10, test: 40 });

/** Loss, gradient and product of the tiny network in evaluation mode by the float64 interpreter. */
function exact(spec: NetworkSpec, x: Float32Array, v: Float32Array, statistics: Record<string, Float32Array>) {
  const network = buildNetwork(spec.define(0), [130, 1, 8, 8], "evaluation");
  const loss = softmaxCrossEntropy(network.logits, input("labels", [130], "int32"));
  const weights = network.parameters.map(({ value }) => value);
  const directions = network.parameters.map(({ block }) => input(`${block.name}.v`, block.shape));
  const inputs = new Float32Array(130 * 64);
  for (let i = 0; i < 130; i++) data.train.readExampleInto(inputs, 64 * i, i);
  const labels = Array.from({ length: 130 }, (_, i) => data.train.labelOf(i));
  const pieces = network.parameters.flatMap(({ block }) => {
    const range = [block.offset, block.offset + sizeOf(block.shape)] as const;
    return [
      [block.name, x.subarray(...range)],
      [`${block.name}.v`, v.subarray(...range)],
    ] as const;
  });
  const feeds = { inputs, labels, ...statistics, ...Object.fromEntries(pieces) };
  const flat = (arrays: readonly ArrayLike<number>[]) => arrays.flatMap((array) => Array.from(array));
  return {
    loss: evaluate([loss], feeds)[0]![0]!,
    gradient: flat(evaluate(gradients(loss, weights), feeds)),
    product: flat(evaluate(hvp(loss, weights, directions), feeds)),
  };
}

describe("the landscape of a network with batch norm", async () => {
  const model = await compileNetwork(tinyNetwork, { batchSize: 10, threads: 1 });
  const params = model.initialParams(3);
  await model.recalibrate(params, data.train);
  const statistics = model.statistics as Record<string, Float32Array>;
  // 130 examples in batches of 50: two whole ones and a short one, weighted by its size.
  const landscape = lossLandscape(tinyNetwork, data.train, { batchSize: 50, statistics, threads: 1 });
  afterAll(async () => {
    await landscape.close();
    await model.close();
  });
  const next = numbers(9);
  const v = params.map(() => next() - 0.5);
  const truth = exact(tinyNetwork, params, v, statistics);
  const worst = (actual: ArrayLike<number>, expected: readonly number[]): number => {
    const scale = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value) / scale));
  };

  test("has the interpreter's loss, gradient and Hessian-vector product, to float32", async () => {
    expect((await landscape.lossAt(params)).loss).toBeCloseTo(truth.loss, 5);
    const { energy, gradient } = await landscape.lossAndGradientAt(params);
    expect(energy).toBeCloseTo(truth.loss, 5);
    expect(gradient).toHaveLength(landscape.dimension);
    expect(worst(gradient, truth.gradient)).toBeLessThan(1e-4);
    expect(worst(await landscape.hessianAt(params).apply(Float64Array.from(v)), truth.product)).toBeLessThan(1e-4);
  });

  test("is refused without statistics and with too many examples", () => {
    expect(() => lossLandscape(tinyNetwork, data.train)).toThrow(
      "tiny: the weights must come with batch-norm statistics, bn1 has none",
    );
    expect(() => lossLandscape(tinyNetwork, data.train, { statistics, numExamples: 131 })).toThrow(
      "examples: must be an integer from 1 to 130, got 131",
    );
  });
});

test("Lanczos extremes, trace and shares of a small network equal those of its dense spectrum", async () => {
  const spec: NetworkSpec = {
    name: "tanh",
    inputShape: [1, 8, 8],
    numClasses: 3,
    define: () => (context, inputs) => mlp(3)(context, inputs),
  };
  const landscape = lossLandscape(spec, data.train, { threads: 1 });
  const next = numbers(4);
  const params = Float32Array.from({ length: landscape.dimension }, () => next() - 0.5);
  const operator = landscape.hessianAt(params);
  const spectrum = await measureSpectrum(operator, params, { numSteps: 80, numProbes: 8, seed: 1, dense: true });
  const { matrix } = await denseHessian(operator);
  const eigenvalues = symmetricEigenvalues(matrix);
  expect(spectrum.denseEigenvalues).toEqual(eigenvalues);
  expect(spectrum.asymmetry!).toBeLessThan(1e-4);
  const scale = Math.max(...eigenvalues.map(Math.abs));
  // The products are right to 1e-5 of the largest eigenvalue; so are the extremes, beside their residuals.
  expect(Math.abs(spectrum.largest.at(-1)!.estimate - eigenvalues.at(-1)!)).toBeLessThan(1e-4 * scale);
  expect(Math.abs(spectrum.smallest[0]!.estimate - eigenvalues[0]!)).toBeLessThan(1e-4 * scale);
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(spectrum.trace.estimate - trace)).toBeLessThan(5 * spectrum.trace.standardError! + 1e-4 * scale);
  const near = spectrum.nearZero.find(({ threshold }) => threshold === 0.01)!;
  const share = eigenvalues.filter((value) => Math.abs(value) < 0.01).length / eigenvalues.length;
  expect(near.resolved).toBe(true);
  expect(Math.abs(near.share - share)).toBeLessThan(5 * near.standardError! + 0.01);
  await landscape.close();
});
