/** The counts that the playground's article tells of its first figure. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newBalls } from "../../../apps/playground/src/figures/valleys/balls.ts";
import { landscapeOf, valleyAt } from "../../../apps/playground/src/figures/valleys/landscape.ts";
import { root } from "../../workspace.ts";

/** γ between 0.1 and its smallest, even in the logarithm. */
const scopeAt = (share: number): number => 0.1 * (5e-5 / 0.1) ** share;

/** Where both balls end in the landscape of a seed. */
function endsOf(seed: number): { readonly sgd: string; readonly entropy: string } {
  const balls = newBalls(seed, landscapeOf({ seed, drawn: null }), 785);
  for (let step = 0; step < 120; step++) balls.finishOuterStep(scopeAt(step / 120));
  for (let step = 0; step < 60; step++) balls.finishOuterStep(5e-5);
  for (let step = 0; step < 100; step++) balls.finishOuterStep(scopeAt(Math.max(0, 1 - step / 80)));
  const { sgd, entropy } = balls.snapshot(0.1);
  return { sgd: valleyAt(sgd) ?? "neither", entropy: valleyAt(entropy) ?? "neither" };
}

test("where the balls end in a hundred landscapes is what the article says", () => {
  const ends = Array.from({ length: 100 }, (_, seed) => endsOf(seed));
  const count = (ball: "sgd" | "entropy", place: string): number => ends.filter((end) => end[ball] === place).length;
  const article = readFileSync(join(root, "apps/playground/index.html"), "utf8").replace(/\s+/g, " ");
  expect(article).toContain(`SGD ended in the sharp valley ${count("sgd", "sharp")} times.`);
  expect(article).toContain(
    `Entropy-SGD ended in the wide valley ${count("entropy", "wide")} times, in the sharp one ${count("entropy", "sharp")} times, ` +
      `and ${count("entropy", "neither")} times in neither.`,
  );
}, 1_200_000);
