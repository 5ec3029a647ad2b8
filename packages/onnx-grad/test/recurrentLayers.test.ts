/** Recurrent layers against a float64 LSTM and its backward pass written by hand. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, filled, initialiseInto, layers, type NetworkContext, uniform } from "../src/layers.ts";
import { referenceLstm } from "./referenceLstm.ts";
import { runValues } from "./runProgram.ts";
import { numbers } from "./samples.ts";

const [batch, steps, features, units] = [2, 5, 3, 4] as const;

function networkOf(kind: "lstm" | "gru", options: layers.RecurrentOptions = {}) {
  return buildNetwork(
    (context, x) => layers[kind](context, "rnn", x, units, options),
    [batch, steps, features],
    "training",
  );
}

/** Random numbers for the inputs of some values. */
function feedsFor(values: readonly g.Value[]): Record<string, Float64Array> {
  const next = numbers(7);
  const inputs = new Map(
    g.topological(values).flatMap((value) => (value.op === "input" ? [[value.attributes.name, value] as const] : [])),
  );
  return Object.fromEntries(
    [...inputs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { shape }]) => [
        name,
        Float64Array.from({ length: g.sizeOf(shape) }, () => Math.fround(2 * next() - 1)),
      ]),
  );
}

/** The layer's outputs and final states, and the gradients of Σ r·h + Σ p·h_T + Σ q·c_T in everything. */
function derived(options: layers.RecurrentOptions) {
  const { inputs, logits, parameters, carried } = networkOf("lstm", options);
  const finals = carried.map(({ final }) => final);
  const terms = [logits, ...finals].map((y, i) => g.reduceSum(g.mul(y, g.input(`r${i}`, y.shape))));
  const loss = terms.reduce((a, b) => g.add(a, b));
  const wrt = [inputs, ...parameters.map(({ value }) => value), ...carried.map(({ initial }) => initial)];
  return { values: [logits, ...finals, ...g.gradients(loss, wrt)], loss, wrt };
}

describe.each([false, true])("LSTM, reversed: %s", (reverse) => {
  const { values, loss, wrt } = derived({ reverse });
  const feeds = feedsFor([loss, ...values]);
  const expected = referenceLstm(feeds, { batch, steps, features, units, reverse });

  test("the interpreter gives the outputs and gradients of the reference to 1e-13", () => {
    const actual = g.evaluate(values, feeds);
    expect(actual.length).toBe(expected.length);
    actual.forEach((array, i) => {
      expect(array.length).toBe(expected[i]!.length);
      array.forEach((x, j) => {
        expect(Math.abs(x - expected[i]![j]!)).toBeLessThan(1e-13);
      });
    });
  });

  test("ONNX Runtime gives them within float32's rounding of sums of some hundred terms below 4", async () => {
    const actual = await runValues(values, feeds);
    actual.forEach((array, i) => {
      array.forEach((x, j) => {
        expect(Math.abs(x - expected[i]![j]!)).toBeLessThan(100 * 4 * 2 ** -24);
      });
    });
  });

  test("Hessian-vector products are differences of gradients", () => {
    const directions = wrt.map(({ shape }, i) => g.input(`v${i}`, shape));
    const product = g.hvp(loss, wrt, directions);
    const all = feedsFor([loss, ...product]);
    const gradient = g.gradients(loss, wrt);
    const moved = (sign: number) => {
      const at = { ...all };
      for (const [i, value] of wrt.entries()) {
        if (value.op !== "input") throw new Error("no input");
        const { name } = value.attributes;
        at[name] = all[name]!.map((x, j) => x + sign * 1e-5 * all[`v${i}`]![j]!);
      }
      return g.evaluate(gradient, at);
    };
    const [plus, minus] = [moved(1), moved(-1)];
    g.evaluate(product, all).forEach((array, i) => {
      array.forEach((x, j) => {
        expect(Math.abs(x - (plus[i]![j]! - minus[i]![j]!) / 2e-5)).toBeLessThan(1e-7);
      });
    });
  });
});

/** The network of the paper's char-LSTM, but for the number of steps. */
function charLstm(numSteps: number): Readonly<Record<string, g.Value>> {
  const { logits, parameters } = buildNetwork(
    (context, { tokens }: Readonly<Record<"tokens", g.Value>>) => {
      let x: g.Value = g.oneHot(tokens, 7);
      for (const name of ["lstm1", "lstm2"]) x = layers.lstm(context, name, x, units);
      return layers.dense(context, "out", x, 7);
    },
    { tokens: { shape: [batch, numSteps], dtype: "int32" } },
    "training",
  );
  const loss = g.softmaxCrossEntropy(logits, g.input("labels", [batch, numSteps], "int32"));
  const gradients = g.gradients(
    loss,
    parameters.map(({ value }) => value),
  );
  return Object.fromEntries([loss, ...gradients].map((value, i) => [`y${i}`, value]));
}

test("loss and gradient of two layers are some hundred nodes whatever the number of steps, four loops among them", async () => {
  const counts = await Promise.all(
    [5, 50].map(async (numSteps) => {
      const program = await g.compile(charLstm(numSteps), { ort, threads: 1 });
      await program.close();
      return program.nodeCounts;
    }),
  );
  expect(counts[1]).toEqual(counts[0]);
  const { Identity: _, ...computing } = counts[1]!;
  expect(computing.Scan).toBe(4);
  expect(Object.values(computing).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(150);
});

test("no weight's gradient is formed step by step: products inside the loops are those of states", () => {
  const isProduct = ({ op }: g.Value): boolean => op === "matmul";
  const loops = g.topological(Object.values(charLstm(5))).flatMap((value) => (value.op === "scan" ? [value] : []));
  expect(loops.length).toBeGreaterThan(4);
  for (const { attributes } of loops) {
    const products = g.topological(attributes.body).filter(isProduct);
    expect(products.map(({ shape }) => shape)).toEqual([expect.arrayContaining([batch])]);
  }
});

test("a layer that does not carry its state begins at zero and has no inputs of states", () => {
  const [stateless, carrying] = [networkOf("lstm", { carry: false }), networkOf("lstm")];
  expect(stateless.carried).toEqual([]);
  expect(carrying.carried.map(({ name }) => name)).toEqual(["rnn.h", "rnn.c"]);
  const feeds = feedsFor([carrying.logits]);
  const zeros = new Float64Array(batch * units);
  const [expected] = g.evaluate([carrying.logits], { ...feeds, "rnn.h": zeros, "rnn.c": zeros });
  expect(g.evaluate([stateless.logits], feeds)).toEqual([expected]);
});

test.each([
  ["uniform on ±1/√units like PyTorch's", {}, 0.5, 0.5],
  ["uniform on a bound of one's own, biases zero", { initialiser: uniform(0.1), biasInitialiser: filled(0) }, 0.1, 0],
])("weights begin %s", (_, options, bound, biasBound) => {
  const { parameters, numParams } = networkOf("lstm", options);
  const next = numbers(5);
  const uniformInto = (out: Float32Array): void => out.set(out.map(next));
  const weights = new Float32Array(numParams);
  initialiseInto(weights, parameters, { uniformInto, normalInto: uniformInto });
  for (const { block } of parameters) {
    const own = weights.subarray(block.offset, block.offset + g.sizeOf(block.shape));
    const largest = own.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const wanted = block.kind === "bias" ? biasBound : bound;
    expect(largest).toBeLessThanOrEqual(Math.fround(wanted));
    expect(largest).toBeGreaterThanOrEqual(0.8 * wanted);
  }
});

test.each([
  [[2, 3], 4],
  [[2, 5, 3], 0],
] as const)("an input of %s for %i units is an error that says what must be", (shape, count) => {
  const define = (context: NetworkContext, x: g.Value) => layers.lstm(context, "rnn", x, count);
  expect(() => buildNetwork(define, shape, "training")).toThrow(
    "lstm (rnn): the input must be [batch × steps × features], and units a positive integer",
  );
});
