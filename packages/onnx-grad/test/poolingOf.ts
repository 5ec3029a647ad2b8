import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

/** A max-pool with its first and second derivative, and numbers of which most windows have their maximum more than once. */
export function poolingOf(
  shape: g.Shape,
  options: g.PoolOptions,
): { outputs: Record<"y" | "dx" | "second", g.Value>; feeds: Record<string, Float32Array> } {
  const [x, r] = [g.input("x", shape), g.input("r", shape)];
  const y = g.maxPool(x, options);
  const loss = g.reduceSum(g.mul(g.input("w", y.shape), g.mul(y, y)));
  const [dx] = g.gradients(loss, [x]);
  const [second] = g.gradients(g.reduceSum(g.mul(r, dx!)), [x]);
  const next = numbers(3);
  const filled = (of: g.Shape, draw: () => number): Float32Array => Float32Array.from({ length: g.sizeOf(of) }, draw);
  return {
    outputs: { y, dx: dx!, second: second! },
    feeds: {
      x: filled(shape, () => Math.floor(4 * next()) - 2),
      r: filled(shape, () => 2 * next() - 1),
      w: filled(y.shape, () => 2 * next() - 1),
    },
  };
}

/** The largest difference from the interpreter: sums of at most 30 terms of at most 4 in float32 stay below 1e-5. */
export function worstDifference(
  { outputs, feeds }: ReturnType<typeof poolingOf>,
  results: readonly Float32Array[],
): number {
  const expected = g.evaluate(Object.values(outputs), feeds);
  return Math.max(...expected.flatMap((values, i) => Array.from(values, (x, j) => Math.abs(x - results[i]![j]!))));
}
