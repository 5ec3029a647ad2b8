/**
 * What rewrites graphs and what lowers them against the plain interpreter on random graphs.
 *
 * `GRAPHS=20000 npx vitest run --project unit packages/onnx-grad/test/fuzz.test.ts` takes more of them, `FIRST_SEED` others.
 */
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { layOutBatchLast } from "../src/rewrite/layOutBatchLast.ts";
import { magnitude, randomGraph } from "./randomGraphs.ts";
import { runValues } from "./runProgram.ts";

const numGraphs = Number(process.env.GRAPHS ?? 250);
const first = Number(process.env.FIRST_SEED ?? 1);
const seeds = Array.from({ length: numGraphs }, (_, i) => first + i);

/** Graphs whose numbers no rounding argument holds for are left out; they are few. */
const tooLarge = 1e8;

function expectEqual(
  seed: number,
  actual: readonly ArrayLike<number>[],
  expected: readonly g.FloatArray[],
  tolerance: number,
): void {
  expected.forEach((values, i) => {
    const difference = Array.from(values).reduce((most, x, j) => Math.max(most, Math.abs(x - actual[i]![j]!)), 0);
    if (!(difference <= tolerance))
      throw new Error(`seed ${seed}, output ${i}: off by ${difference}, at most ${tolerance}`);
  });
}

test(`${numGraphs} random graphs rewritten have the shapes and values of the plain ones`, () => {
  let numCompared = 0;
  for (const seed of seeds) {
    const graph = randomGraph(seed);
    const scale = magnitude(graph);
    if (!(scale < tooLarge)) continue;
    const expected = g.evaluate(graph.outputs, graph.feeds);
    const optimised = g.optimise(graph.outputs);
    for (const rewritten of [optimised, layOutBatchLast(graph.outputs), layOutBatchLast(optimised)]) {
      expect(
        rewritten.map(({ shape, dtype }) => [dtype, ...shape]),
        `seed ${seed}`,
      ).toEqual(graph.outputs.map(({ shape, dtype }) => [dtype, ...shape]));
      // Some hundred roundings of terms as large as `scale`.
      expectEqual(seed, g.evaluate(rewritten, graph.feeds), expected, 1e-12 * scale);
    }
    numCompared++;
  }
  expect(numCompared).toBeGreaterThan(0.9 * numGraphs);
});

test(`${Math.ceil(numGraphs / 5)} of them compiled, plain and optimised, too`, async () => {
  for (const seed of seeds.filter((_, i) => i % 5 === 0)) {
    const graph = randomGraph(seed);
    const scale = magnitude(graph);
    if (!(scale < tooLarge)) continue;
    // Both sides see the same float32 numbers.
    const feeds = Object.fromEntries(Object.entries(graph.feeds).map(([name, data]) => [name, data.map(Math.fround)]));
    const expected = g.evaluate(graph.outputs, feeds);
    for (const outputs of [graph.outputs, g.optimise(graph.outputs)]) {
      const actual = await runValues(outputs, feeds).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`);
      });
      expectEqual(seed, actual, expected, 1e-4 * scale);
    }
  }
});
