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
