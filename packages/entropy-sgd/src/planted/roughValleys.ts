/** The landscape of the paper's first figure: rough, with a wide valley and a sharp, deeper one. */
import { uniformInto } from "../random/fills.ts";
import { permutationInto } from "../random/integers.ts";
import { randomKey } from "../random/randomKey.ts";

/** A range of the landscape's points, both ends included. */
export type PointRange = readonly [first: number, last: number];

/** Where the valleys of `roughValleys` lie, with the width of the smoothing around them. */
export const valleyRanges: { readonly wide: PointRange; readonly sharp: PointRange } = {
  wide: [190, 410],
  sharp: [790, 830],
};

const numPoints = 1000;

/**
 * f on the points 0 … 999: −10·U(0, 1) per point; −80 on 200 … 399; −200 on 800 … 819; 100 lower on a tenth of the points; then
 * 5e-4 times the convolution with a Gaussian window of 100 points, σ = 10.
 *
 * Shape (1000,). Randomness: a function of the seed.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), figure 2
 */
export function roughValleys(seed: number): Float64Array {
  const rough = new Float64Array(numPoints);
  uniformInto(rough, { key: randomKey(seed, "wide-valleys", "height"), stream: 0, step: 0 });
  for (let x = 0; x < numPoints; x++) rough[x] = -Math.sqrt(100) * rough[x]!;
  rough.fill(-80, 200, 400);
  rough.fill(-200, 800, 820);
  const order = new Int32Array(numPoints);
  permutationInto(order, { key: randomKey(seed, "wide-valleys", "points"), stream: 0, step: 0 });
  for (const x of order.subarray(0, numPoints / 10)) rough[x] = rough[x]! - 100;
  // 'same' convolution: entry i of the result is entry i + 49 of the full one.
  const window = Float64Array.from({ length: 100 }, (_, k) => Math.exp(-0.5 * ((k - 49.5) / 10) ** 2));
  return Float64Array.from({ length: numPoints }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 100; k++) sum += window[k]! * (rough[i + 49 - k] ?? 0);
    return 5e-4 * sum;
  });
}
