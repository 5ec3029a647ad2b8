/** Compares with what oracle/derivatives.py stores of functions of PyTorch. */
import { expect } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, type NetworkDefinition } from "../src/layers.ts";
import { numbers } from "./samples.ts";

export interface Derivatives {
  readonly value: readonly number[];
  readonly gradient: readonly (readonly number[])[];
  readonly product: readonly (readonly number[])[];
}
export type OfShapes = Derivatives & { readonly shapes: readonly (readonly number[])[] };

/** Numbers in ±1, as the script draws them. */
export function drawn(seed: number, count: number): number[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => 2 * next() - 1);
}

/** The inputs of these shapes, as the script draws them: the first with seed 1, the next with 2, and so on. */
export function drawnInputs(shapes: OfShapes["shapes"]): number[][] {
  return shapes.map((shape, i) => drawn(i + 1, g.sizeOf(shape)));
}

/** Checks a function of inputs that have the fixture's shapes. */
export function expectFunctionAsTorch(
  f: (...inputs: readonly g.Value[]) => g.Value,
  { shapes, ...expected }: OfShapes,
): void {
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
  expectAsTorch(f(...inputs), inputs, drawnInputs(shapes), expected);
}

/** Checks a network in training mode, whose inputs and parameters have the fixture's shapes in their order. */
export function expectNetworkAsTorch(definition: NetworkDefinition, { shapes, ...expected }: OfShapes): void {
  const network = buildNetwork(definition, shapes[0]!, "training");
  const inputs = [network.inputs, ...network.parameters.map(({ value }) => value)];
  expect(inputs.map(({ shape }) => shape)).toEqual(shapes);
  expectAsTorch(network.logits, inputs, drawnInputs(shapes), expected);
}

/** Checks y, Σ r (y + y²/2) and its derivatives; the fixture has 13 digits. */
export function expectAsTorch(
  y: g.Value,
  inputs: readonly g.Value[],
  at: readonly (readonly number[])[],
  expected: Derivatives,
): void {
  const r = g.constant(drawn(99, g.sizeOf(y.shape)), y.shape);
  const loss = g.reduceSum(g.mul(r, g.add(y, g.mul(g.constant(0.5), g.mul(y, y)))));
  const v = inputs.map(({ shape }, i) => g.constant(drawn(50 + i, g.sizeOf(shape)), shape));
  const feeds = Object.fromEntries(
    inputs.map((input, i) => [input.op === "input" ? input.attributes.name : "", at[i]!]),
  );
  const results = g.evaluate([y, ...g.gradients(loss, inputs), ...g.hvp(loss, inputs, v)], feeds);
  const wanted = [expected.value, ...expected.gradient, ...expected.product];
  results.forEach((result, i) => {
    const scale = wanted[i]!.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    expect(result.length).toBe(wanted[i]!.length);
    result.forEach((x, j) => {
      expect(
        Math.abs(x - wanted[i]![j]!) / scale,
        `result ${i}, element ${j}: ${x}, PyTorch ${wanted[i]![j]}`,
      ).toBeLessThan(1e-11);
    });
  });
}
