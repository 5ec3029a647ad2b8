import { denseHessian, hessianAt, symmetricEigenvalues } from "entropy-sgd/landscape";
import { compileNetwork, Interruption, mlp, type NetworkSpec, type Split } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { evaluate, gradients, hvp, input, sizeOf, softmaxCrossEntropy } from "onnx-grad";
import { buildNetwork } from "onnx-grad/layers";
import { afterAll, describe, expect, test } from "vitest";
import { numbers, tinyData, tinyNetwork } from "../../training/test/tinyTask.ts";
import { fixedBatches, lossLandscape } from "../src/measure/lossLandscape.ts";
import { measureSpectrum } from "../src/measure/measureSpectrum.ts";
import { calibrationSubset, recalibratedScores } from "../src/measure/recalibratedScores.ts";
import { measureSlice, steps } from "../src/measure/slices.ts";

const data = tinyData({ train: 130, validation: 10, test: 40 });

/** Fresh weights of the tiny network. */
async function initialParams(seed: number): Promise<Float32Array> {
  const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10, threads: 1 });
  await model.close();
  return model.initialParams(seed).slice();
}

/** The examples with these indices, as feeds. */
function examples(indices: ArrayLike<number>) {
  const inputs = new Float32Array(64 * indices.length);
  for (let i = 0; i < indices.length; i++) data.train.readExampleInto(inputs, 64 * i, indices[i]!);
  return { inputs, labels: Array.from(indices, (index) => data.train.labelOf(index)) };
}

/** Loss, gradient and product of one batch by its own statistics, by the float64 interpreter. */
function exactOnBatch(x: ArrayLike<number>, v: ArrayLike<number>, batch: ArrayLike<number>) {
  const network = buildNetwork(tinyNetwork.define(0), [batch.length, 1, 8, 8], "recalibration");
  const loss = softmaxCrossEntropy(network.logits, input("labels", [batch.length], "int32"));
  const weights = network.parameters.map(({ value }) => value);
  const directions = network.parameters.map(({ block }) => input(`${block.name}.v`, block.shape));
  const pieces = network.parameters.flatMap(({ block }) => {
    const range = [block.offset, block.offset + sizeOf(block.shape)] as const;
    return [
      [block.name, Array.from(x).slice(...range)],
      [`${block.name}.v`, Array.from(v).slice(...range)],
    ] as const;
  });
  const feeds = { ...examples(batch), ...Object.fromEntries(pieces) };
  const flat = (arrays: readonly ArrayLike<number>[]) => arrays.flatMap((array) => Array.from(array));
  return {
    loss: evaluate([loss], feeds)[0]![0]!,
    gradient: flat(evaluate(gradients(loss, weights), feeds)),
    product: flat(evaluate(hvp(loss, weights, directions), feeds)),
  };
}

describe("the landscape of a network with batch norm", async () => {
  const batches = fixedBatches(130, 50);
  const landscape = lossLandscape(tinyNetwork, data.train, { batchSize: 50, threads: 1 });
  afterAll(() => landscape.close());
  const params = await initialParams(3);
  const next = numbers(9);
  const v = Float64Array.from(params, () => next() - 0.5);
  /** The mean over the batches, weighted by their sizes. */
  const exact = (x: ArrayLike<number>) => {
    const parts = batches.map((batch) => ({ share: batch.length / 130, ...exactOnBatch(x, v, batch) }));
    const mean = (of: "gradient" | "product") =>
      parts[0]![of].map((_, i) => parts.reduce((sum, part) => sum + part.share * part[of][i]!, 0));
    const loss = parts.reduce((sum, part) => sum + part.share * part.loss, 0);
    return { loss, gradient: mean("gradient"), product: mean("product") };
  };
  const truth = exact(params);
  const worst = (actual: ArrayLike<number>, expected: readonly number[]): number => {
    const scale = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value) / scale));
  };

  test("is over equal batches with every example once", () => {
    expect(batches.map(({ length }) => length)).toEqual([65, 65]);
    expect(fixedBatches(131, 50).map(({ length }) => length)).toEqual([66, 65]);
    expect(fixedBatches(30, 50)).toHaveLength(1);
    expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 130 }, (_, i) => i),
    );
  });

  test("has the interpreter's loss, gradient and Hessian-vector product by batch statistics, to float32", async () => {
    expect(await landscape.valueAt(params)).toBeCloseTo(truth.loss, 5);
    const gradient = new Float64Array(landscape.dimension).fill(Number.NaN);
    expect(await landscape.valueAndGradientAt(params, gradient)).toBeCloseTo(truth.loss, 5);
    expect(truth.gradient).toHaveLength(landscape.dimension);
    expect(worst(gradient, truth.gradient)).toBeLessThan(1e-4);
    expect(worst(await hessianAt(landscape, params).apply(v), truth.product)).toBeLessThan(1e-4);
  });

  test("has the Hessian of that objective: products are central differences of its gradients", async () => {
    // ∇f(x + hv) − ∇f(x − hv) = 2h·Hv + O(h³) + rounding/h, in float64; the step crosses no kink of ReLU or max-pool.
    const h = 1e-7;
    const shifted = (sign: number) => exact(Float64Array.from(params, (x, i) => x + sign * h * v[i]!)).gradient;
    const [plus, minus] = [shifted(1), shifted(-1)];
    const differences = plus.map((value, i) => (value - minus[i]!) / (2 * h));
    expect(worst(await hessianAt(landscape, params).apply(v), differences)).toBeLessThan(1e-4);
  });

  test("refuses too many examples, and ends after a signal between two batches", async () => {
    expect(() => lossLandscape(tinyNetwork, data.train, { numExamples: 131 })).toThrow(
      "examples: must be an integer from 1 to 130, got 131",
    );
    const signal = { aborted: false };
    const stopped = lossLandscape(tinyNetwork, data.train, { batchSize: 50, threads: 1, signal });
    const loss = stopped.valueAt(params);
    signal.aborted = true;
    await expect(loss).rejects.toThrow(Interruption);
    await stopped.close();
  });
});

describe("a slice through two networks with batch norm", async () => {
  const scores = recalibratedScores(tinyNetwork, data.test, { calibration: data.train, threads: 1 });
  afterAll(() => scores.close());
  const [first, second] = [await initialParams(3), await initialParams(4)];
  const line = await measureSlice(scores, {
    origin: first,
    directions: [first.map((value, i) => second[i]! - value)],
    xs: steps(-0.5, 1.5, 5),
    ys: [0],
  });

  test.each(line)("at $x is finite and equals an independent recalibration", ({ x, loss }) => {
    const weights = first.map((value, i) => value + x * Math.fround(second[i]! - value));
    const at = (mode: "recalibration" | "evaluation", count: number) => {
      const network = buildNetwork(tinyNetwork.define(0), [count, 1, 8, 8], mode);
      const pieces = network.parameters.map(({ block }) => [
        block.name,
        weights.subarray(block.offset, block.offset + sizeOf(block.shape)),
      ]);
      return { network, feeds: Object.fromEntries(pieces) as Record<string, Float32Array> };
    };
    const calibration = at("recalibration", 130);
    const moments = Object.fromEntries(
      calibration.network.batchStatistics.flatMap(({ name, mean, variance, count }) => {
        const feeds = { ...calibration.feeds, ...examples(Array.from({ length: 130 }, (_, i) => i)) };
        const [means, variances] = evaluate([mean, variance], feeds);
        const unbiased = Array.from(variances!, (value) => (value * count) / (count - 1));
        return [
          [`${name}.mean`, Array.from(means!)],
          [`${name}.variance`, unbiased],
        ];
      }),
    );
    const { network, feeds } = at("evaluation", 40);
    const inputs = new Float32Array(40 * 64);
    for (let i = 0; i < 40; i++) data.test.readExampleInto(inputs, 64 * i, i);
    const labels = Array.from({ length: 40 }, (_, i) => data.test.labelOf(i));
    const truth = softmaxCrossEntropy(network.logits, input("labels", [40], "int32"));
    const exact = evaluate([truth], { inputs, labels, ...feeds, ...moments })[0]![0]!;
    expect(Number.isFinite(loss)).toBe(true);
    expect(Math.abs(loss - exact)).toBeLessThan(1e-4 * Math.abs(exact));
  });

  test("has statistics recalibrated for each batch with its own noise of weights", async () => {
    const [small, large] = [first.map((value) => 0.9 * value), second];
    const blocks = recalibratedScores(tinyNetwork, data.test, { calibration: data.train, batchSize: 20, threads: 1 });
    const found = await blocks.batchScores(first, { weights: (_, batch) => [small, large][batch]! });
    expect(found).toEqual([(await blocks.batchScores(small))[0], (await blocks.batchScores(large))[1]]);
    await blocks.close();
  });
});

test("the examples of a recalibration are 5,000 at most, the same each time", () => {
  const split = (numExamples: number) => ({ ...data.train, numExamples, labelOf: (index: number) => index });
  const labels = (of: Split) => Array.from({ length: of.numExamples }, (_, i) => of.labelOf(i));
  const [some, all] = [labels(calibrationSubset(split(6000))), labels(calibrationSubset(split(400)))];
  expect(new Set(some).size).toBe(5000);
  expect(labels(calibrationSubset(split(6000)))).toEqual(some);
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, i) => i));
});

test("Lanczos extremes, trace and shares of a small network equal those of its dense spectrum", async () => {
  const spec: NetworkSpec = {
    name: "tanh",
    inputShape: [1, 8, 8],
    outputShape: [10],
    define: () => (context, inputs) => mlp(3)(context, inputs),
  };
  const landscape = lossLandscape(spec, { ...data.train, numClasses: 10 }, { threads: 1 });
  const next = numbers(4);
  const params = Float32Array.from({ length: landscape.dimension }, () => next() - 0.5);
  const operator = hessianAt(landscape, params);
  const spectrum = await measureSpectrum(operator, params, { numSteps: 80, numProbes: 8, seed: 1, dense: true });
  const { matrix } = await denseHessian(operator);
  const eigenvalues = symmetricEigenvalues(matrix);
  expect(spectrum.denseEigenvalues).toEqual(eigenvalues);
  expect(spectrum.asymmetry!).toBeLessThan(1e-4);
  const scale = Math.max(...eigenvalues.map(Math.abs));
  // Float32 moves dense eigenvalues and extremes by what each says of itself, and by no more.
  expect(spectrum.denseError!).toBeLessThan(1e-5 * scale);
  for (const [k, { estimate, residual }] of spectrum.largest.entries()) {
    const exact = eigenvalues.at(k - spectrum.largest.length)!;
    expect(residual).toBeGreaterThan(1e-9 * scale);
    expect(Math.abs(estimate - exact)).toBeLessThan(residual + spectrum.denseError!);
  }
  for (const [k, { estimate, residual }] of spectrum.smallest.entries()) {
    expect(Math.abs(estimate - eigenvalues[k]!)).toBeLessThan(residual + spectrum.denseError!);
  }
  expect(spectrum.complete).toBe(true);
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(spectrum.trace!.estimate - trace)).toBeLessThan(
    5 * spectrum.trace!.standardError + spectrum.denseError!,
  );
  for (const { threshold, interval, resolved } of spectrum.nearZero) {
    const share = eigenvalues.filter((value) => Math.abs(value) < threshold).length / eigenvalues.length;
    expect(interval[0]).toBeLessThanOrEqual(share);
    expect(interval[1]).toBeGreaterThanOrEqual(share);
    if (threshold === 0.1) expect(resolved).toBe(true);
  }
  await landscape.close();
});
