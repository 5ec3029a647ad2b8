import { evaluate, gradients, hvp, input, sizeOf, softmaxCrossEntropy } from "onnx-grad";
import { buildNetwork, initialiseInto, type Network, type NetworkDefinition } from "onnx-grad/layers";
import { describe, expect, test } from "vitest";
import { buildSpec } from "./buildSpec.ts";
import { networks } from "./networks.ts";

const numWeights: Readonly<Record<string, number>> = Object.fromEntries([
  ["mnistfc", 1_863_690],
  ["mnistfc-bn", 1_867_786],
  ["lenet", 132_220],
  ["all-cnn-bn", 1_667_166],
  ["small-lenet", 47_658],
  ["small-cifar", 48_274],
  ["small-mnistfc", 784 * 64 + 64 + 640 + 10],
  ["mlp-49-16-10", 970],
  ["mlp-49-40-10", 2_410],
]);

test("networks have the numbers of weights of the paper and of the studies", () => {
  const numbers = Object.keys(numWeights).map((name) => [
    name,
    buildSpec(networks[name]!, { mode: "evaluation" }).numParams,
  ]);
  expect(Object.fromEntries(numbers)).toEqual(numWeights);
});

test.each(Object.values(networks))("$name has the same layout in every mode", (spec) => {
  const [training, recalibration, evaluation] = (["training", "recalibration", "evaluation"] as const).map((mode) =>
    buildNetwork(spec.define(0.25), [2, ...spec.inputShape], mode),
  ) as [Network, Network, Network];
  expect(training.logits.shape).toEqual([2, ...spec.outputShape]);
  const layout = training.parameters.map(({ block }) => block);
  expect(recalibration.parameters.map(({ block }) => block)).toEqual(layout);
  expect(evaluation.parameters.map(({ block }) => block)).toEqual(layout);
  let offset = 0;
  for (const block of layout) {
    expect(block.offset).toBe(offset);
    offset += sizeOf(block.shape);
  }
  expect(recalibration.masks).toEqual([]);
  expect(evaluation.masks).toEqual([]);
  expect(evaluation.runningStatistics.map(({ name: layer }) => layer)).toEqual(
    training.batchStatistics.map(({ name: layer }) => layer),
  );
});

test("logits of the wrong shape are refused", () => {
  const images = { ...networks.lenet!, define: (): NetworkDefinition => (_, x) => x };
  expect(() => buildSpec(images, { mode: "training", batch: 2 })).toThrow(
    "lenet: must give outputs of the shape 10 for an example, it gives 1×28×28",
  );
});

/** A small linear congruential generator: test inputs only. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("the Hessian-vector product through LeNet", () => {
  test("with batch norm, pooling and dropout equals central differences of the gradient in float64", () => {
    const batch = 3;
    const network = buildNetwork(networks.lenet!.define(0.25), [batch, 1, 28, 28], "training");
    const loss = softmaxCrossEntropy(network.logits, input("labels", [batch], "int32"));
    const weights = network.parameters.map(({ value }) => value);
    const directions = network.parameters.map(({ block }) => input(`${block.name}.v`, block.shape));
    const gradient = gradients(loss, weights);
    const product = hvp(loss, weights, directions);

    const next = numbers(5);
    const uniform = (out: Float32Array): void => {
      for (let i = 0; i < out.length; i++) out[i] = next();
    };
    const flat = new Float32Array(network.numParams);
    initialiseInto(flat, network.parameters, { uniformInto: uniform, normalInto: uniform });
    const v = Float64Array.from(flat, () => 2 * next() - 1);
    const pixels = Float64Array.from({ length: batch * 784 }, () => 2 * next() - 1);
    const masks = network.masks.map(({ name, value, keep }) => [
      `${name}.mask`,
      Float64Array.from({ length: sizeOf(value.shape) }, () => (next() < keep ? 1 / keep : 0)),
    ]);
    const feeds = (at: Float64Array) =>
      Object.fromEntries([
        ["inputs", pixels],
        ["labels", [3, 1, 4]],
        ...masks,
        ...network.parameters.flatMap(({ block }) => {
          const range = [block.offset, block.offset + sizeOf(block.shape)] as const;
          return [
            [block.name, at.slice(...range)],
            [`${block.name}.v`, v.slice(...range)],
          ];
        }),
      ]);
    const all = (outputs: ReturnType<typeof evaluate>) => outputs.flatMap((array) => Array.from(array));

    const at = Float64Array.from(flat);
    const exact = all(evaluate(product, feeds(at)));
    // ∇f(x + hv) − ∇f(x − hv) = 2h·Hv + O(h³) + rounding/h. The step is small enough that no unit near the kinks of ReLU
    // and max-pool changes sides (they are piecewise smooth): at h = 1e-7 rounding is 1e-16/1e-7 of the gradient's scale.
    const h = 1e-7;
    const shifted = (sign: number) => all(evaluate(gradient, feeds(at.map((x, i) => x + sign * h * v[i]!))));
    const [plus, minus] = [shifted(1), shifted(-1)];
    const scale = exact.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    expect(scale).toBeGreaterThan(1e-2);
    const worst = exact.reduce((max, x, i) => Math.max(max, Math.abs(x - (plus[i]! - minus[i]!) / (2 * h))), 0);
    expect(worst / scale).toBeLessThan(1e-6);
  });
});
