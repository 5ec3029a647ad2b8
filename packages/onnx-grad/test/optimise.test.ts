import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers } from "../src/layers.ts";
import { cases } from "./cases.ts";
import { feedsOf, flat, numbers, points, scalarOf } from "./samples.ts";

const ops = (outputs: readonly g.Value[]): string[] => g.topological(outputs).map(({ op }) => op);
const x = g.input("x", [2, 3]);
const c = (n: number) => g.constant(n);

describe("each rule shortens its own expression", () => {
  const image = g.input("image", [2, 3, 6, 6]);
  const pool = g.maxPool(image, { size: 2 });
  const weights = g.input("weights", [2, 3, 3, 3]);
  const hot = g.oneHot(g.input("labels", [2, 3], "int32"), 4);
  const scattered = g.gradients(g.reduceSum(g.mul(pool, weights)), [image])[0]!;
  test.each<[string, g.Value, string[]]>([
    ["x + 0", g.add(x, c(0)), ["input"]],
    ["0 + x − 0", g.sub(g.add(c(0), x), c(0)), ["input"]],
    ["1·x·1", g.mul(c(1), g.mul(x, c(1))), ["input"]],
    ["2·(3·x)", g.mul(c(2), g.mul(c(3), x)), ["input", "constant", "mul"]],
    ["x/4", g.div(x, c(4)), ["input", "constant", "mul"]],
    ["x + (−1)·x", g.add(x, g.mul(c(-1), g.exp(x))), ["input", "exp", "sub"]],
    ["√4 + 1 folded", g.mul(x, g.add(g.sqrt(c(4)), c(1))), ["input", "constant", "mul"]],
    ["equal subexpressions", g.add(g.exp(x), g.mul(c(2), g.exp(x))), ["input", "exp", "constant", "mul"]],
    ["reshape of reshape", g.reshape(g.reshape(x, [6]), [3, 2]), ["input", "reshape"]],
    ["reshape there and back", g.reshape(g.reshape(x, [6]), [2, 3]), ["input"]],
    ["transpose twice", g.transpose(g.transpose(x)), ["input"]],
    ["one-hots reshaped", g.reshape(hot, [3, 2, 4]), ["input", "reshape", "oneHot"]],
    ["one-hots in another order", g.transpose(hot, [1, 0, 2]), ["input", "transpose", "oneHot"]],
    ["but not their classes split", g.reshape(hot, [2, 3, 2, 2]), ["input", "oneHot", "reshape"]],
    ["nor moved", g.transpose(hot, [2, 0, 1]), ["input", "oneHot", "transpose"]],
    [
      "neighbouring blocks",
      g.add(g.pad(g.exp(x), [0, 0], [0, 3]), g.pad(x, [0, 3], [0, 0])),
      ["input", "exp", "concat"],
    ],
    ["neighbours inside", g.add(g.pad(x, [3, 1], [0, 0]), g.pad(x, [1, 1], [2, 0])), ["input", "concat", "pad"]],
    ["concat of concat", g.concat([g.concat([x, x], 1), x], 1), ["input", "concat"]],
    ["the block inside a pad", g.slice(g.pad(x, [1, 0], [0, 2]), [1, 0], [2, 3]), ["input"]],
    ["where(1, x, y)", g.where(g.greater(c(1), c(0)), x, g.exp(x)), ["input"]],
    ["where(0, x, y)", g.where(g.equal(c(1), c(0)), g.exp(x), c(2)), ["constant"]],
    [
      "x⁰, x¹, x²",
      g.concat(
        [0, 1, 2].map((n) => g.pow(x, c(n))),
        0,
      ),
      ["constant", "input", "mul", "concat"],
    ],
    ["a stretched branch", g.where(x, g.broadcastTo(c(1), [2, 3]), x), ["input", "constant", "where"]],
    ["a stretched operand", g.add(x, g.broadcastTo(g.input("r", [3]), [2, 3])), ["input", "input", "add"]],
    [
      "Σ of a stretched row",
      g.reduceSum(g.broadcastTo(g.input("r", [3]), [2, 3]), { axes: [0] }),
      ["input", "constant", "mul"],
    ],
    ["Σ 2x", g.reduceSum(g.mul(x, c(2)), { axes: [0] }), ["input", "reduceSum", "constant", "mul"]],
    ["Σ over an axis of 1", g.reduceSum(g.input("s", [1, 3]), { axes: [0] }), ["input", "reshape"]],
    [
      "a scaled scatter",
      g.mul(scattered, g.input("scale", [1, 3, 1, 1])),
      ["input", "input", "mul", "input", "maxPoolIndices", "poolScatter"],
    ],
    ["Σ of a scatter", g.reduceSum(scattered, { axes: [0, 2, 3] }), ["input", "reduceSum"]],
  ])("%s", (_, value, expected) => {
    const [optimised] = g.optimise([value]);
    expect(ops([optimised!])).toEqual(expected);
    expect(optimised!.shape).toEqual(value.shape);
  });

  test("Σ scatter(g)·y becomes Σ g·gather(y)", () => {
    const [optimised] = g.optimise([g.reduceSum(g.mul(scattered, g.exp(image)), { axes: [0, 2, 3] })]);
    expect(ops([optimised!])).not.toContain("poolScatter");
  });
});

/** The largest difference of two lists relative to the largest value. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Math.max(1, ...Array.from(b, Math.abs));
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i]!) / scale));
}

describe.each(Object.entries(cases))("%s", (_name, samples) => {
  test("values, gradients and Hessian-vector products are kept", () => {
    fc.assert(
      fc.property(samples, fc.nat(1e6), (sample, seed) => {
        const inputs = sample.shapes.map((shape, i) => g.input(`x${i}`, shape));
        const directions = sample.shapes.map((shape, i) => g.input(`v${i}`, shape));
        const scalar = scalarOf(sample.build(inputs), seed);
        const outputs = [scalar, ...g.gradients(scalar, inputs), ...g.hvp(scalar, inputs, directions)];
        const data = points(sample, seed);
        const feeds = Object.fromEntries(
          data.flatMap((d, i) => [
            [`x${i}`, d],
            [`v${i}`, d.map((v) => 1 - v)],
          ]),
        );
        const optimised = g.optimise(outputs);
        expect(optimised.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
        // A hundred roundings of sums whose terms are at most some hundred times their total.
        expect(distance(flat(g.evaluate(optimised, feeds)), flat(g.evaluate(outputs, feeds)))).toBeLessThan(1e-11);
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});

describe("a convolutional network with batch norm, pooling and dropout", () => {
  const { batchNorm, conv2d, dense, dropout, flatten } = layers;
  const network = buildNetwork(
    (context, inputs) => {
      let h = dropout(
        context,
        "drop1",
        g.maxPool(g.relu(batchNorm(context, "bn1", conv2d(context, "conv1", inputs, 4, 3))), { size: 2 }),
        0.25,
      );
      h = g.relu(batchNorm(context, "bn2", dense(context, "fc1", flatten(h), 8)));
      return dense(context, "fc2", h, 3);
    },
    [5, 1, 10, 10],
    "training",
  );
  const loss = g.softmaxCrossEntropy(network.logits, g.input("labels", [5], "int32"));
  const outputs = [
    loss,
    ...g.gradients(
      loss,
      network.parameters.map(({ value }) => value),
    ),
  ];
  const optimised = g.optimise(outputs);

  test("keeps its loss and gradients", () => {
    const feeds = feedsOf(outputs, numbers(3));
    const all = { ...feeds, labels: [0, 2, 1, 1, 0] };
    expect(distance(flat(g.evaluate(optimised, all)), flat(g.evaluate(outputs, all)))).toBeLessThan(1e-12);
  });

  test("has fewer nodes, and fewer passes over the largest tensors", () => {
    const large = (values: readonly g.Value[]) =>
      g.topological(values).filter(({ op, shape }) => op !== "input" && g.sizeOf(shape) >= 5 * 4 * 8 * 8).length;
    expect(g.topological(optimised).length).toBeLessThan(0.9 * g.topological(outputs).length);
    expect(large(optimised)).toBeLessThanOrEqual(large(outputs) - 4);
  });

  test("is not changed further by a second application", () => {
    expect(ops(g.optimise(optimised))).toHaveLength(ops(optimised).length);
  });
});

test("blocks that overlap, leave a gap or lie apart along two axes stay sums", () => {
  const at = (...before: readonly number[]): g.Value =>
    g.pad(
      x,
      before,
      before.map((n, i) => [4, 7][i]! - n),
    );
  for (const sum of [
    g.add(at(0, 0), at(0, 2)),
    g.add(at(0, 0), at(0, 4)),
    g.add(at(0, 0), at(2, 3)),
    g.add(at(1, 1), at(1, 1)),
  ]) {
    expect(ops(g.optimise([sum]))).not.toContain("concat");
  }
});

test("the gradient through the pieces of a split is one concatenation", () => {
  const y = g.input("y", [4, 6]);
  const [a, b, d] = g.split(y, [1, 2, 3], 1) as [g.Value, g.Value, g.Value];
  const loss = g.add(g.reduceSum(g.exp(a)), g.add(g.reduceSum(g.mul(b, b)), g.reduceSum(g.sin(d))));
  const gradient = g.gradients(loss, [y]);
  const optimised = g.optimise(gradient);
  expect(ops(optimised).filter((op) => op === "pad" || op === "add" || op === "concat")).toEqual(["concat"]);
  const feeds = { y: Array.from({ length: 24 }, (_, i) => Math.cos(i)) };
  expect([...g.evaluate(optimised, feeds)[0]!]).toEqual([...g.evaluate(gradient, feeds)[0]!]);
});
