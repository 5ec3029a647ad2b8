import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import {
  type BatchStatistics,
  buildNetwork,
  filled,
  glorotUniform,
  heNormal,
  initialiseInto,
  layers,
  type NetworkDefinition,
  type RandomSource,
} from "../src/layers.ts";
import { numbers } from "./samples.ts";

function random(seed: number): RandomSource {
  const next = numbers(seed);
  const fill = (out: Float32Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = next();
  };
  return { uniformInto: fill, normalInto: fill };
}

describe("layers", () => {
  test.each([{ shape: [5, 3] }, { shape: [4, 3, 2, 5] }])(
    "batchNorm of $shape equals the direct formula",
    ({ shape }) => {
      const definition: NetworkDefinition = (context, x) => layers.flatten(layers.batchNorm(context, "bn", x));
      const next = numbers(1);
      const x = Float64Array.from({ length: g.sizeOf(shape) }, () => 4 * next() - 1);
      const feeds = { inputs: x, "bn.weight": [0.5, 2, -1], "bn.bias": [0.1, 0, 3] };
      const training = buildNetwork(definition, shape, "training");
      const [statistics] = training.batchStatistics as [BatchStatistics];
      const [y, mean, variance] = g.evaluate([training.logits, statistics.mean, statistics.variance], feeds) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const inner = g.sizeOf(shape.slice(2));
      const channelOf = (i: number): number => Math.floor(i / inner) % 3;
      expect(statistics.count).toBe(x.length / 3);
      for (let c = 0; c < 3; c++) {
        const values = [...x].filter((_, i) => channelOf(i) === c);
        const average = values.reduce((sum, value) => sum + value, 0) / values.length;
        const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
        expect(mean[c]).toBeCloseTo(average, 13);
        expect(variance[c]).toBeCloseTo(spread, 13);
      }
      x.forEach((value, i) => {
        const c = channelOf(i);
        const expected =
          (feeds["bn.weight"][c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + 1e-5) + feeds["bn.bias"][c]!;
        expect(y[i]).toBeCloseTo(expected, 12);
      });
      // Evaluation with the batch's own statistics gives the same output.
      const evaluation = buildNetwork(definition, shape, "evaluation");
      const again = g.evaluate([evaluation.logits], { ...feeds, "bn.mean": mean, "bn.variance": variance })[0]!;
      again.forEach((value, i) => {
        expect(value).toBeCloseTo(y[i]!, 12);
      });
    },
  );

  test("a constant channel has variance 0, not a rounding error below it", () => {
    const definition: NetworkDefinition = (context, x) => layers.batchNorm(context, "bn", x);
    const network = buildNetwork(definition, [100, 1], "training");
    const feeds = { inputs: new Array(100).fill(1234.567), "bn.weight": [1], "bn.bias": [2] };
    for (const precision of ["float32", "float64"] as const) {
      const [y] = g.evaluate([network.logits], feeds, precision) as [g.FloatArray];
      for (const value of y) expect(Number.isFinite(value)).toBe(true);
    }
  });

  test("dropout declares a mask in training only, and none at rate 0", () => {
    const define =
      (rate: number): NetworkDefinition =>
      (context, x) =>
        layers.dropout(context, "d", x, rate);
    expect(buildNetwork(define(0.25), [2, 3], "training").masks).toMatchObject([{ name: "d", keep: 0.75 }]);
    expect(buildNetwork(define(0.25), [2, 3], "evaluation").masks).toEqual([]);
    expect(buildNetwork(define(0.25), [2, 3], "recalibration").masks).toEqual([]);
    expect(buildNetwork(define(0), [2, 3], "training").masks).toEqual([]);
    expect(() => buildNetwork(define(1), [2, 3], "training")).toThrow("dropout (d): rate must be in [0, 1), got 1");
  });

  test("two parameters of one name are refused", () => {
    const twice: NetworkDefinition = (context, x) => layers.dense(context, "fc", layers.dense(context, "fc", x, 2), 2);
    expect(() => buildNetwork(twice, [2, 2], "training")).toThrow('buildNetwork: the name "fc.weight" is used twice');
  });
});

describe("initialisers", () => {
  const network = buildNetwork(
    (context, x) =>
      layers.dense(context, "he", layers.dense(context, "default", x, 300), 200, {
        bias: false,
        initialiser: heNormal(300),
      }),
    [1, 50],
    "training",
  );

  test("PyTorch's default is uniform on ±1/√fanIn for weights and biases", () => {
    const flat = new Float32Array(network.numParams);
    initialiseInto(flat, network.parameters, random(3));
    const bound = 1 / Math.sqrt(50);
    const values = flat.subarray(0, 50 * 300 + 300);
    for (const value of values) expect(Math.abs(value)).toBeLessThanOrEqual(bound);
    // n uniform numbers: the mean's standard error is bound/√(3n); five of them.
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * values.length));
    expect(values.reduce((largest, value) => Math.max(largest, value), 0)).toBeGreaterThan(0.99 * bound);
  });

  test("He's normal scales standard normal numbers by √(2/fanIn), Glorot's bound is √(6/(fanIn + fanOut))", () => {
    const one: RandomSource = { uniformInto: (out) => out.fill(1), normalInto: (out) => out.fill(1) };
    const flat = new Float32Array(network.numParams);
    initialiseInto(flat, network.parameters, one);
    expect(flat[flat.length - 1]).toBeCloseTo(Math.sqrt(2 / 300), 7);
    const out = new Float32Array(1);
    glorotUniform(2, 4)(out, [1], "w", one);
    expect(out[0]).toBeCloseTo(1, 7);
    filled(0.5)(out, [1], "w", one);
    expect(out[0]).toBe(0.5);
  });
});
