import { expect, test } from "vitest";
import * as g from "../src/index.ts";

test("noise enters behind each activation, added or multiplied, and zeros change nothing", () => {
  const x = g.input("x", [2, 3]);
  const y = g.mul(g.tanh(g.relu(x)), g.constant(2));
  const feeds = { x: [-1, 0.5, 2, 1, -3, 0] };
  const plain = g.evaluate([y], feeds)[0]!;
  const first = [0.1, 0.2, -0.3, 0.4, 0.5, 0.6];
  const second = [1, -1, 0.5, 0.25, 2, 0];
  for (const [entry, after] of [
    ["added", (value: number, z: number) => value + z],
    ["multiplied", (value: number, z: number) => value * (1 + z)],
  ] as const) {
    const { outputs, noise } = g.withActivationNoise([y], entry);
    expect(noise).toEqual([
      { name: "activation0.noise", shape: [2, 3], size: 6 },
      { name: "activation1.noise", shape: [2, 3], size: 6 },
    ]);
    const at = (a: readonly number[], b: readonly number[]) =>
      g.evaluate(outputs, { ...feeds, "activation0.noise": a, "activation1.noise": b })[0]!;
    expect(at(new Array(6).fill(0), new Array(6).fill(0))).toEqual(plain);
    at(first, second).forEach((value, i) => {
      const inner = after(Math.max(0, feeds.x[i]!), first[i]!);
      expect(value).toBeCloseTo(2 * after(Math.tanh(inner), second[i]!), 14);
    });
  }
});

test.each<[string, (x: g.Value) => g.Value]>([
  ["leakyRelu", (x) => g.leakyRelu(x)],
  ["prelu", (x) => g.prelu(x, g.input("slopes", [3]))],
  ["elu", (x) => g.elu(x)],
  ["selu", (x) => g.selu(x)],
  ["softplus", (x) => g.softplus(x)],
  ["gelu", (x) => g.gelu(x)],
  ["gelu by tanh", (x) => g.gelu(x, { approximate: "tanh" })],
  ["silu", (x) => g.silu(x)],
  ["hardSigmoid", (x) => g.hardSigmoid(x)],
  ["hardSwish", (x) => g.hardSwish(x)],
])("noise enters behind %s as a whole, and behind what it is applied to", (_, activation) => {
  const y = g.mul(activation(g.relu(g.input("x", [2, 3]))), g.constant(2));
  const feeds = { x: [-1, 0.5, 2, 1, -3, 0], slopes: [0.1, -0.2, 0.3] };
  const { outputs, noise } = g.withActivationNoise([y], "added");
  expect(noise.map(({ name }) => name)).toEqual(["activation0.noise", "activation1.noise"]);
  const [before, behind] = [new Array(6).fill(0), [0.1, 0.2, -0.3, 0.4, 0.5, 0.6]];
  const noisy = g.evaluate(outputs, { ...feeds, "activation0.noise": before, "activation1.noise": behind })[0]!;
  g.evaluate([y], feeds)[0]!.forEach((value, i) => {
    expect(noisy[i]).toBeCloseTo(value + 2 * behind[i]!, 14);
  });
});
