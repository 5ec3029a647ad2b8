import { describe, expect, test } from "vitest";
import { topological } from "../src/graph/topological.ts";
import * as g from "../src/index.ts";
import { collectTerms } from "../src/rewrite/collectTerms.ts";
import { numbers } from "./samples.ts";

const shape = [2, 3, 4, 5];
const channel = [1, 3, 1, 1];
const F = g.input("F", shape);
const G = g.input("G", shape);
const [s, t, u, v] = ["s", "t", "u", "v"].map((name) => g.input(name, channel)) as [g.Value, g.Value, g.Value, g.Value];

/** Elementwise operations on full-size values. */
function numPasses(value: g.Value): number {
  return topological([value]).filter((x) => ["add", "mul"].includes(x.op) && g.sizeOf(x.shape) === 120).length;
}

function expectSame(before: g.Value, after: g.Value): void {
  const next = numbers(3);
  const feeds: Record<string, Float64Array> = {};
  for (const value of topological([before])) {
    if (value.op === "input")
      feeds[value.attributes.name] = Float64Array.from({ length: g.sizeOf(value.shape) }, () => 2 * next() - 1);
  }
  const [expected, actual] = [g.evaluate([before], feeds)[0]!, g.evaluate([after], feeds)[0]!];
  expect(after.shape).toEqual(before.shape);
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-13);
  });
}

describe("collectTerms", () => {
  test.each([
    { name: "F·s + F·t is F·(s + t)", sum: g.add(g.mul(F, s), g.mul(F, t)), before: 3, passes: 1 },
    { name: "F + F is 2F", sum: g.add(F, F), before: 1, passes: 1 },
    {
      name: "batch norm's derivative takes four operations, two of them one fused operator",
      sum: g.add(g.add(g.add(g.mul(G, s), v), g.mul(F, t)), g.mul(g.mul(F, u), g.constant(0.5))),
      before: 7,
      passes: 4,
    },
    { name: "small sums meet first", sum: g.add(g.add(F, s), t), before: 2, passes: 1 },
  ])("$name", ({ sum, before, passes }) => {
    const [after] = collectTerms([sum]) as [g.Value];
    expect(numPasses(after)).toBe(passes);
    expect(numPasses(sum)).toBe(before);
    expectSame(sum, after);
  });

  test("inner values with other users are not computed twice", () => {
    const shared = g.mul(F, s);
    const outputs = [g.add(g.add(shared, g.mul(F, t)), v), shared];
    const after = collectTerms(outputs);
    outputs.forEach((output, i) => {
      expectSame(output, after[i]!);
    });
    expect(after[1]).toBe(shared);
  });

  test("a product of small operands that is as large as the sum stays as it is", () => {
    const [row, column] = [g.input("row", [1, 4]), g.input("column", [3, 1])];
    const sum = g.add(g.add(g.mul(row, column), row), column);
    expect(collectTerms([sum])[0]).toBe(sum);
  });
});
