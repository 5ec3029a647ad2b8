import { normalInto, randomKey } from "entropy-sgd/random";
import { describe, expect, test } from "vitest";
import { annealedGibbsMass, annealedRun, numFrames, numShown } from "./annealed.ts";
import { gibbsOf } from "./densityChart.ts";
import { movedParticles, numParticles, startParticles, stepSize, well } from "./gibbsChain.ts";
import { newWatchedChain } from "./watchedChain.ts";

describe("a chain in the double well", () => {
  test("moves as a loop by hand does", async () => {
    const moved = await movedParticles({ ...startParticles(3), time: 5 }, 0.25);
    const x = startParticles(3).positions;
    const [noise, key] = [new Float64Array(numParticles), randomKey(3, "langevin-chain", 5)];
    for (let step = 0; step < 10; step++) {
      normalInto(noise, { key, stream: 0, step });
      for (let i = 0; i < x.length; i++) {
        const slope = 2.4 * x[i]! * (x[i]! * x[i]! - 1) + 0.1;
        x[i]! += -stepSize * slope + Math.sqrt((2 * stepSize) / 4) * noise[i]!;
      }
    }
    expect(moved.time).toBe(6);
    for (const [i, value] of moved.positions.entries()) expect(value).toBeCloseTo(x[i]!, 12);
  });

  test("has the share of quadrature in the global minimum's well, and a histogram of all samples", async () => {
    const { counts, share } = await newWatchedChain(1).advance(800, 1);
    const { mass, density } = gibbsOf(well, 1);
    expect(share!.rHat).toBeLessThan(1.05);
    expect(share!.standardError).toBeLessThan(0.02);
    expect(Math.abs(share!.mean - mass)).toBeLessThan(5 * share!.standardError);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(0.999 * 800 * numParticles);
    expect(counts.indexOf(Math.max(...counts))).toBeCloseTo(density.indexOf(Math.max(...density)) / 4, -1);
  });

  test("goes on at another temperature, with a new histogram, and is a function of the seed", async () => {
    const [chain, again] = [newWatchedChain(2), newWatchedChain(2)];
    const first = await chain.advance(20, 0.5);
    const emptied = await chain.advance(0, 0.3);
    expect(emptied.positions).toEqual(first.positions);
    expect([emptied.share, Math.max(...emptied.counts)]).toEqual([null, 0]);
    const second = await chain.advance(7, 0.25);
    expect(second.phases).toEqual([
      [0.5, 20],
      [0.25, 7],
    ]);
    for (let k = 0; k < 20; k++) await again.advance(1, 0.5);
    expect(await again.advance(7, 0.25)).toEqual(second);
    expect((await newWatchedChain(3).advance(20, 0.5)).positions).not.toEqual(first.positions);
  });
});

test("annealed steps end near the Gibbs distribution's share, an annealed temperature beyond it", async () => {
  const [step, temperature] = await Promise.all([annealedRun("step", 1), annealedRun("temperature", 1)]);
  for (const { shares, counts, positions } of [step, temperature]) {
    expect([shares.length, counts.length, positions.length, positions[0]!.length]).toEqual([
      numFrames,
      numFrames,
      numFrames,
      numShown,
    ]);
    expect(shares[0]).toBe(0);
  }
  const error = Math.sqrt(0.25 / 1000);
  const mass = annealedGibbsMass();
  expect(Math.abs(step.shares.at(-1)! - mass)).toBeLessThan(5 * error);
  expect(temperature.shares.at(-1)! - mass).toBeGreaterThan(5 * error);
});
