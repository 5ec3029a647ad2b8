/** Recurrent layers against a float64 LSTM and its backward pass written by hand. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers } from "../src/layers.ts";
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
