/** State carried from window to window by a recurrent layer, unrolled by hand. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers, type NetworkContext, type NetworkDefinition } from "../src/layers.ts";
import { numbers } from "./samples.ts";

const [batch, units, features] = [2, 3, 4];

/** h ← tanh(x W + h U) over the steps of x (batch, steps, features), to the states of all steps (batch, steps × units). */
const recurrent: NetworkDefinition = (context, x) => {
  const initialiser = (out: Float32Array): unknown => out.fill(0);
  const input = context.parameter("rnn.input", [features, units], initialiser as never, "weight");
  const hidden = context.parameter("rnn.hidden", [units, units], initialiser as never, "weight");
  let h = context.carriedState("rnn.h", [batch, units]);
  const all: g.Value[] = [];
  for (let t = 0; t < x.shape[1]!; t++) {
    const now = g.reshape(g.slice(x, [0, t, 0], [batch, 1, features]), [batch, features]);
    h = g.tanh(g.add(g.matmul(now, input), g.matmul(h, hidden)));
    all.push(h);
  }
  context.carry("rnn.h", h);
  return g.concat(all, 1);
};

const next = numbers(3);
const draw = (length: number): number[] => Array.from({ length }, () => next() - 0.5);
const weights = { "rnn.input": draw(features * units), "rnn.hidden": draw(units * units) };

/** Outputs and last state over `steps` steps from a state on. */
function run(inputs: readonly number[], steps: number, state: ArrayLike<number>): [number[], number[]] {
  const network = buildNetwork(recurrent, [batch, steps, features], "training");
  const [state1] = network.carried;
  const values = g.evaluate([network.logits, state1!.final], { ...weights, inputs, "rnn.h": state });
  return values.map((value) => [...value]) as [number[], number[]];
}

describe("carried state", () => {
  test("is listed by name with its graph input", () => {
    const { carried } = buildNetwork(recurrent, [batch, 5, features], "evaluation");
    expect(carried).toMatchObject([
      { name: "rnn.h", initial: { op: "input", shape: [batch, units], attributes: { name: "rnn.h" } } },
    ]);
    expect(carried[0]!.final.shape).toEqual([batch, units]);
  });

  test("a network without recurrence carries none", () => {
    expect(buildNetwork((context, x) => layers.dense(context, "fc", x, 2), [1, 3], "training").carried).toEqual([]);
  });

  test("two windows of 2 and 3 steps give what one of 5 does", () => {
    const inputs = draw(batch * 5 * features);
    const steps = (from: number, to: number): number[] =>
      [0, 1].flatMap((row) => inputs.slice((row * 5 + from) * features, (row * 5 + to) * features));
    const zero = new Array<number>(batch * units).fill(0);
    const [whole, end] = run(inputs, 5, zero);
    const [first, between] = run(steps(0, 2), 2, zero);
    const [second, last] = run(steps(2, 5), 3, between);
    expect(last).toEqual(end);
    const rows = [0, 1].flatMap((row) => [
      ...first.slice(row * 2 * units, (row + 1) * 2 * units),
      ...second.slice(row * 3 * units, (row + 1) * 3 * units),
    ]);
    expect(rows).toEqual(whole);
  });

  test("the derivative ends at the window's beginning", () => {
    const network = buildNetwork(recurrent, [batch, 2, features], "training");
    const loss = g.reduceSum(network.logits);
    const slopes = g.gradients(
      loss,
      network.parameters.map(({ value }) => value),
    );
    const feeds = { ...weights, inputs: draw(batch * 2 * features), "rnn.h": draw(batch * units) };
    const [, exact] = g.evaluate([loss, slopes[1]!], feeds);
    const at = (delta: number): number => {
      const hidden = weights["rnn.hidden"].map((value, i) => (i === 4 ? value + delta : value));
      return g.evaluate([loss], { ...feeds, "rnn.hidden": hidden })[0]![0]!;
    };
    // The state before the window stays as it is while the weights move; central differences err by about 1e-10.
    expect(exact![4]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 8);
  });

  const build = (define: (context: NetworkContext, x: g.Value) => g.Value): unknown =>
    buildNetwork(define, [batch, units], "training");

  test.each([
    {
      name: "a state that nothing is carried to",
      define: (context: NetworkContext, x: g.Value) => g.add(x, context.carriedState("h", [batch, units])),
      message: 'buildNetwork: the state "h" has no value after the window; give it by context.carry',
    },
    {
      name: "a state carried without being declared",
      define: (context: NetworkContext, x: g.Value) => {
        context.carry("h", x);
        return x;
      },
      message: 'buildNetwork: the state "h" needs context.carriedState(name, shape) before',
    },
    {
      name: "a state carried twice",
      define: (context: NetworkContext, x: g.Value) => {
        context.carriedState("h", [batch, units]);
        context.carry("h", x);
        context.carry("h", x);
        return x;
      },
      message: 'buildNetwork: the state "h" is carried twice',
    },
    {
      name: "another shape after the window",
      define: (context: NetworkContext, x: g.Value) => {
        context.carriedState("h", [batch, units]);
        context.carry("h", g.reduceSum(x, { axes: [1] }));
        return x;
      },
      message: "buildNetwork (h): a state must have one shape before and after the window, got [2×3] and [2]",
    },
    {
      name: "the name of a parameter",
      define: (context: NetworkContext, x: g.Value) => {
        context.carriedState("fc.weight", [batch, units]);
        return layers.dense(context, "fc", x, 2);
      },
      message: 'buildNetwork: the name "fc.weight" is used twice',
    },
  ])("refuses $name", ({ define, message }) => {
    expect(() => build(define)).toThrow(message);
  });
});
