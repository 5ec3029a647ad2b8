import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { poolingOf, worstDifference } from "./poolingOf.ts";

interface Row extends g.PoolOptions {
  readonly name: string;
  readonly x: readonly number[];
  /** The operator that only this form of the adjoint uses. */
  readonly uses: "MaxUnpool" | "ScatterElements" | "Equal";
}

/** One row per way in which the adjoint of max-pool is lowered, and the windows that its geometry has to get right. */
const rows: readonly Row[] = [
  { name: "windows apart", x: [16, 2, 6, 6], size: 2, uses: "MaxUnpool" },
  { name: "few images", x: [15, 2, 8, 8], size: 3, stride: 2, padding: 1, uses: "ScatterElements" },
  { name: "large windows", x: [16, 1, 9, 9], size: [6, 7], stride: 2, uses: "ScatterElements" },
  { name: "masks", x: [16, 3, 8, 8], size: 3, stride: 2, padding: 1, uses: "Equal" },
  { name: "masks, odd sides", x: [17, 2, 9, 7], size: 3, stride: 2, padding: 1, uses: "Equal" },
  { name: "masks, stride 1", x: [16, 2, 5, 6], size: [2, 3], stride: 1, padding: [1, 0, 0, 2], uses: "Equal" },
  { name: "masks, rest", x: [16, 2, 11, 10], size: [3, 4], stride: [2, 3], uses: "Equal" },
  { name: "masks, ceil mode", x: [16, 2, 8, 8], size: 3, stride: 2, ceilMode: true, uses: "Equal" },
  { name: "masks, dilation", x: [16, 2, 9, 10], size: 2, stride: [2, 1], padding: 1, dilation: [2, 3], uses: "Equal" },
  { name: "masks, gaps between rows", x: [16, 2, 7, 8], size: [1, 3], stride: [3, 2], padding: [0, 1], uses: "Equal" },
];

describe.each(rows)("max-pool: $name", ({ name: _, x: shape, uses, ...options }) => {
  test("with its first and second derivative equals the interpreter, equal maxima too", async () => {
    const pooling = poolingOf(shape, options);
    const { outputs, feeds } = pooling;
    const first = await g.compile({ y: outputs.y, dx: outputs.dx }, { ort, threads: 1 });
    const operators = ["MaxUnpool", "ScatterElements", "Equal"] as const;
    expect(operators.filter((op) => first.nodeCounts[op] !== undefined)).toEqual([uses]);
    await first.close();

    const program = await g.compile(outputs, { ort, threads: 1 });
    for (const [name, data] of Object.entries(feeds)) program.bindInput(name, data);
    const results = Object.entries(outputs).map(([name, value]) => {
      const target = new Float32Array(g.sizeOf(value.shape));
      program.bindOutput(name, target);
      return target;
    });
    await program.run();
    await program.close();
    expect(worstDifference(pooling, results)).toBeLessThan(1e-5);
  });
});

test("positions are found only where something asks for them", async () => {
  const x = g.input("x", [16, 2, 8, 8]);
  const y = g.maxPool(x, { size: 3, stride: 2, padding: 1 });
  const [dx] = g.gradients(g.reduceSum(g.mul(y, y)), [x]);
  const program = await g.compile({ y, dx: dx! }, { ort, threads: 1 });
  expect(program.nodeCounts.MaxPool).toBe(1);
  await program.close();
});
