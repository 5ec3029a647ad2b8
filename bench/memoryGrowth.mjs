// Whether memory stayed flat.
import { median } from "./summary.mjs";

/**
 * Growth in per cent between the median sample after the warm-up (of 10,000 steps those from 1,000 to 3,000) and the median
 * of the last fifth.
 */
export function memoryGrowth({ steps, samples }, quantity) {
  const medianBetween = (from, to) =>
    median(samples.filter(({ step }) => step >= from * steps && step <= to * steps).map((sample) => sample[quantity]));
  const [before, after] = [medianBetween(0.1, 0.3), medianBetween(0.8, 1)];
  return { before, after, percent: 100 * (after / before - 1) };
}
