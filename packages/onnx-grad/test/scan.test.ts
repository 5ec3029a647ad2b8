/** Loops against the same steps written one after another. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { optimise } from "../src/rewrite/optimise.ts";
import { type LoopCase, loopCases } from "./loopCases.ts";
import { runValues } from "./runProgram.ts";
import { feedsOf, flat, numbers, scalarOf } from "./samples.ts";

/** The loop as `scan` and as steps without it, over inputs of the same names. */
function bothWays({ sequences, states, step, reverse = false }: LoopCase): readonly [g.Value[], g.Value[]] {
  const slices = sequences.map((shape, i) => g.input(`x${i}`, shape));
  const initial = states.map((shape, i) => g.input(`s${i}`, shape));
  const { states: last, outputs } = g.scan(step, { sequences: slices, states: initial, reverse });
  return [[...last, ...outputs], unrolled(step, slices, initial, reverse)];
}

function unrolled(step: LoopCase["step"], sequences: g.Value[], initial: g.Value[], reverse: boolean): g.Value[] {
  const steps = sequences[0]!.shape[0]!;
  let states: readonly g.Value[] = initial;
  const stacks: g.Value[][] = Array.from({ length: steps }, () => []);
  for (let i = 0; i < steps; i++) {
    const at = reverse ? steps - 1 - i : i;
    const slices = sequences.map((x) =>
      g.reshape(g.slice(x, [at, ...x.shape.slice(1).map(() => 0)], [1, ...x.shape.slice(1)]), x.shape.slice(1)),
    );
    const { states: next = [], outputs = [] } = step(slices, states);
    states = next;
    stacks[at] = outputs.map((y) => g.reshape(y, [1, ...y.shape]));
  }
  return [
    ...states,
    ...stacks[0]!.map((_, k) =>
      g.concat(
        stacks.map((stack) => stack[k]!),
        0,
      ),
    ),
  ];
}

/** Values, gradients and Hessian-vector products in everything that the loop reads. */
function derivedFrom(values: readonly g.Value[], inputs: readonly g.Value[]): g.Value[] {
  const loss = values.map((value, i) => scalarOf(value, i)).reduce((a, b) => g.add(a, b));
  const directions = inputs.map(({ shape }, i) => g.input(`v${i}`, shape));
  return [...values, ...g.gradients(loss, inputs), ...g.hvp(loss, inputs, directions)];
}

const floatInputs = (values: readonly g.Value[]): g.Value[] => {
  const inputs = g.topological(values).filter(({ op, dtype }) => op === "input" && dtype === "float32");
  const byName = new Map(inputs.map((value) => [JSON.stringify(value.attributes), value]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
};

/** Relative to the largest: sums of some hundred terms in another order. */
function expectEqual(actual: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[], tolerance: number) {
  const scale = 1 + flat(expected).reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  const [a, b] = [flat(actual), flat(expected)];
  a.forEach((x, i) => {
    expect(Math.abs(x - b[i]!) / scale).toBeLessThan(tolerance);
  });
}

describe.each(Object.entries(loopCases))("a loop: %s", (_, loop) => {
  const [looped, steps] = bothWays(loop);
  const all = derivedFrom(looped, floatInputs(steps));
  const unrolledValues = derivedFrom(steps, floatInputs(steps));
  const feeds = feedsOf(unrolledValues, numbers(1));
  const expected = g.evaluate(unrolledValues, feeds);

  test("gives the steps' values, gradients and Hessian-vector products", () => {
    expectEqual(g.evaluate(all, feeds), expected, 1e-12);
  });

  test("gives them when it is optimised", () => {
    expectEqual(g.evaluate(optimise(all), feeds), expected, 1e-12);
  });

  test("gives them when it is compiled", async () => {
    expectEqual(await runValues(all, feeds), expected, 1e-5);
    expectEqual(await runValues(optimise(all), feeds), expected, 1e-5);
  });
});

const x = g.input("x", [3, 2]);
const s0 = g.input("s", [2]);

test.each([
  ["no sequence", [], [], () => ({}), "scan: there must be sequences of one length, [steps × …]"],
  [
    "sequences of two lengths",
    [x, g.input("y", [4, 2])],
    [],
    () => ({}),
    "scan: there must be sequences of one length",
  ],
  ["a state too few", [x], [s0], () => ({}), "scan: states must be 1 after a step too, got 0"],
  [
    "a state of another shape",
    [x],
    [s0],
    () => ({ states: [g.constant([1, 2, 3])] }),
    "scan: state 0 must keep its shape and dtype, got [2] and [3]",
  ],
] as const)("%s is an error", (_, sequences, states, step, message) => {
  expect(() => g.scan(step, { sequences, states })).toThrow(message);
});

test("noise enters behind activations outside of loops only", () => {
  const { outputs, states } = g.scan(([slice], [s]) => ({ states: [g.tanh(g.add(slice!, s!))], outputs: [slice!] }), {
    sequences: [x],
    states: [s0],
  });
  const { noise } = g.withActivationNoise([g.relu(states[0]!), ...outputs], "added");
  expect(noise.map(({ shape }) => shape)).toEqual([[2]]);
});
