import { expect, test } from "vitest";
import { memoryGrowth } from "./memoryGrowth.mjs";

test("growth is from samples 1,000 to 3,000 of 10,000 steps to the last 2,000, by medians", () => {
  const samples = Array.from({ length: 20 }, (_, i) => {
    const step = 500 * (i + 1);
    // The warm-up and single spikes do not count.
    const heapMB =
      step < 1000 ? 900 : step === 2000 || step === 9000 ? 500 : step <= 3000 ? 100 : step < 8000 ? 300 : 101;
    return { step, heapMB };
  });
  const { before, after, percent } = memoryGrowth({ steps: 10_000, samples }, "heapMB");
  expect([before, after]).toEqual([100, 101]);
  expect(percent).toBeCloseTo(1, 10);
});
