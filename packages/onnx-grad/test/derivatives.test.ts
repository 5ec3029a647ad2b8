import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { kernels } from "../src/interpreter/kernels.ts";
import { cases } from "./cases.ts";
import { checkDerivatives } from "./checks.ts";

test("every primitive has a row in the table of cases", () => {
  // Leaves, what has no derivative of its own, and max-pool's gradient.
  const covered = new Set<string>(["input", "constant", "stopGradient", "oneHot", "pick", "poolScatter"]);
  for (const row of fc.sample(fc.record(cases), { numRuns: 50, seed: 1 })) {
    for (const { shapes, build } of Object.values(row)) {
      const value = build(shapes.map((shape, i) => g.input(`x${i}`, shape)));
      for (const { op } of g.topological([value])) covered.add(op);
    }
  }
  expect(Object.keys(kernels).filter((op) => !covered.has(op))).toEqual([]);
});

describe.each(Object.entries(cases))("%s", (_, samples) => {
  test("first and second derivatives equal central differences", () => {
    checkDerivatives(samples, 40);
  });
});
