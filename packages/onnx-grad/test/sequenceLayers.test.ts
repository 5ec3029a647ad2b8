/** Layers of sequences and networks of several inputs and outputs. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import {
  buildNetwork,
  initialiseInto,
  layers,
  type NetworkContext,
  normal,
  type RandomSource,
  type Values,
} from "../src/layers.ts";
import { numbers } from "./samples.ts";

function random(seed: number): RandomSource {
  const next = numbers(seed);
  const fill = (out: Float32Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = next() - 0.5;
  };
  return { uniformInto: (out) => fill(out), normalInto: (out) => fill(out) };
}

const [batch, places, words, width] = [2, 5, 11, 8];

/** Tokens and which of them count, to a logit per word and place, and one per sequence. */
function tagger(
  context: NetworkContext,
  { tokens, weights }: { tokens: g.Value; weights: g.Value },
): { next: g.Value; sum: g.Value } {
  const x = layers.embedding(context, "words", tokens, words, width);
  const normal = layers.layerNorm(context, "norm", x);
  const y = g.add(x, layers.multiHeadAttention(context, "attention", normal, 2, { causal: true }));
  const counted = g.mul(y, g.reshape(weights, [batch, places, 1]));
  return {
    next: layers.dense(context, "head", g.gelu(y), words),
    sum: layers.dense(context, "pooled", g.reduceMean(counted, { axes: [1] }), 1),
  };
}

const inputs = { tokens: { shape: [batch, places], dtype: "int32" as const }, weights: [batch, places] };

function feedsFor(
  parameters: ReturnType<typeof buildNetwork>["parameters"],
  numParams: number,
): Record<string, ArrayLike<number>> {
  const flat = new Float32Array(numParams);
  initialiseInto(flat, parameters, random(5));
  const feeds: Record<string, ArrayLike<number>> = {};
  for (const { block } of parameters)
    feeds[block.name] = flat.subarray(block.offset, block.offset + g.sizeOf(block.shape));
  return { ...feeds, tokens: [0, 3, 3, 10, 1, 7, 7, 7, 2, 0], weights: [1, 1, 1, 0, 0, 1, 1, 1, 1, 1] };
}

describe("a network of tokens and weights with two outputs", () => {
  const network = buildNetwork(tagger, inputs, "training");
  const feeds = feedsFor(network.parameters, network.numParams);

  test("has its inputs by name and dtype, and logits of any shape", () => {
    expect(network.inputs.tokens).toMatchObject({
      op: "input",
      dtype: "int32",
      shape: [2, 5],
      attributes: { name: "tokens" },
    });
    expect(network.logits.next.shape).toEqual([batch, places, words]);
    expect(network.logits.sum.shape).toEqual([batch, 1]);
    expect(network.parameters.map(({ block }) => block.name).slice(0, 4)).toEqual([
      "words.weight",
      "norm.weight",
      "norm.bias",
      "attention.query.weight",
    ]);
    expect(network.parameters[0]!.block.shape).toEqual([words, width]);
  });

  test("trains compiled as interpreted: loss, gradients and Hessian-vector product, of the embedding too", async () => {
    const labels = g.constant([3, 3, 10, 1, 0, 7, 7, 2, 0, 5], [batch, places], "int32");
    const loss = g.add(
      g.softmaxCrossEntropy(network.logits.next, labels),
      g.binaryCrossEntropyWithLogits(network.logits.sum, g.constant([0, 1], [batch, 1])),
    );
    const weights = network.parameters.map(({ value }) => value);
    const v = weights.map(({ shape }, i) =>
      g.constant(
        Array.from({ length: g.sizeOf(shape) }, (_, j) => Math.sin(i + j)),
        shape,
      ),
    );
    const values = [loss, ...g.gradients(loss, weights), ...g.hvp(loss, weights, v)];
    const outputs = Object.fromEntries(values.map((value, i) => [`y${i}`, value]));
    const expected = g.evaluate(values, feeds);
    const program = await g.compile(outputs, { ort, threads: 2 });
    for (const [name, { dtype }] of Object.entries(program.inputs)) {
      program.bindInput(name, dtype === "int32" ? Int32Array.from(feeds[name]!) : Float32Array.from(feeds[name]!));
    }
    const targets = values.map(({ shape }, i) => {
      const target = new Float32Array(g.sizeOf(shape));
      program.bindOutput(`y${i}`, target);
      return target;
    });
    await program.run();
    await program.close();
    targets.forEach((target, i) => {
      target.forEach((x, j) => {
        expect(Math.abs(x - expected[i]![j]!), `${i} ${j}`).toBeLessThan(1e-5 * (1 + Math.abs(expected[i]![j]!)));
      });
    });
    // Words that do not occur have no gradient.
    expect([...expected[1]!.subarray(4 * width, 7 * width)].every((x) => x === 0)).toBe(true);
  });

  test("with causal attention gives logits that later tokens do not change", () => {
    const [first] = g.evaluate([network.logits.next], feeds);
    const [second] = g.evaluate([network.logits.next], { ...feeds, tokens: [0, 3, 3, 5, 5, 7, 7, 7, 5, 5] });
    const seen = 3 * words;
    expect([...second!.subarray(0, seen)]).toEqual([...first!.subarray(0, seen)]);
    expect([...second!.subarray(seen, 5 * words)]).not.toEqual([...first!.subarray(seen, 5 * words)]);
  });
});

describe("attention", () => {
  test("is the weighted mean of the values, without the keys that a mask hides", () => {
    const [q, k, v] = [
      [1, 0],
      [0, 2, 4, 1, 5, 5],
      [1, 10, 100],
    ];
    const weigh = (scores: readonly number[]): number => {
      const powers = scores.map((score) => Math.exp(score / Math.SQRT2));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.reduce((sum, power, i) => sum + (power / total) * v[i]!, 0);
    };
    const [queries, keys, values] = [g.constant(q!, [1, 2]), g.constant(k!, [3, 2]), g.constant(v!, [3, 1])];
    const all = g.attention(queries, keys, values);
    const two = g.attention(queries, keys, values, { mask: g.constant([1, 0, 1]) });
    const none = g.attention(queries, keys, values, { mask: g.constant([0, 0, 0]) });
    const one = g.attention(queries, keys, values, { causal: true });
    const results = g.evaluate([all, two, none, one], {}).map(([value]) => value!);
    expect(results[0]).toBeCloseTo(weigh([0, 4, 5]), 12);
    expect(results[1]).toBeCloseTo(weigh([0, -Infinity, 5]), 12);
    expect(results[2]).toBeCloseTo(37, 12);
    expect(results[3]).toBe(1);
  });

  test("over heads that do not divide the width, or images, is refused", () => {
    const build = (shape: readonly number[], heads: number) => (): unknown =>
      buildNetwork((context, x) => layers.multiHeadAttention(context, "self", x, heads), shape, "training");
    expect(build([2, 3, 8], 3)).toThrow(
      "multiHeadAttention (self): inputs must be [batch × places × width], of 3 equal heads, got [2×3×8]",
    );
    expect(build([2, 3, 8, 8], 2)).toThrow("multiHeadAttention (self): inputs must be");
  });
});

describe("networks", () => {
  test("refuse two inputs of one name, the name of the labels, and what gives no value", () => {
    const nothing = (() => undefined) as unknown as () => g.Value;
    expect(() => buildNetwork(nothing, [2, 3], "training")).toThrow(
      "buildNetwork: the network must give logits, got undefined",
    );
    expect(() => buildNetwork(() => ({}), [2, 3], "training")).toThrow(
      "buildNetwork: the network must give logits, got [object Object]",
    );
    expect(() => buildNetwork(() => 3 as unknown as g.Value, [2], "training")).toThrow(
      "buildNetwork: the network must give logits, got 3",
    );
    expect(() => buildNetwork((_, { labels }: Values) => labels!, { labels: [2] }, "training")).toThrow(
      'the name "labels" is used twice',
    );
    const clash = (context: NetworkContext, { a }: Values): g.Value =>
      g.add(a!, context.parameter("a", [2], normal(1), "weight"));
    expect(() => buildNetwork(clash, { a: [2] }, "training")).toThrow('the name "a" is used twice');
    const integers = (_: NetworkContext, { tokens }: Values): g.Value => tokens!;
    expect(() => buildNetwork(integers, { tokens: { shape: [2], dtype: "int32" } }, "training")).toThrow(
      "buildNetwork (logits): inputs must be float32, got int32",
    );
  });

  test("take prelu and the norms of images as layers, and dense layers of any axes", () => {
    const network = buildNetwork(
      (context, x) => {
        const y = layers.prelu(context, "slopes", layers.groupNorm(context, "group", x, 2));
        return layers.dense(context, "fc", layers.instanceNorm(context, "instance", y, { epsilon: 1e-3 }), 7);
      },
      [2, 4, 3, 5],
      "evaluation",
    );
    expect(network.logits.shape).toEqual([2, 4, 3, 7]);
    expect(network.parameters.map(({ block }) => [block.name, block.kind, ...block.shape])).toEqual([
      ["group.weight", "normalization", 4],
      ["group.bias", "normalization", 4],
      ["slopes.weight", "weight", 4],
      ["instance.weight", "normalization", 4],
      ["instance.bias", "normalization", 4],
      ["fc.weight", "weight", 5, 7],
      ["fc.bias", "bias", 7],
    ]);
  });

  test("of one vector have no dense layer", () => {
    const build = (): unknown => buildNetwork((context, x) => layers.dense(context, "fc", x, 2), [3], "training");
    expect(build).toThrow("dense (fc): the input must be [batch × … × features], got [3]");
  });
});
