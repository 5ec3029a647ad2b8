import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { augmenter, requireAugmentations } from "./augment.ts";

const shape = [2, 4, 5];
const size = 40;
const batchSize = 64;
const images = () => Float32Array.from({ length: batchSize * size }, (_, i) => i % size);
const imageOf = (inputs: Float32Array, i: number) => [...inputs.subarray(i * size, (i + 1) * size)];

function augmented(list: readonly string[], batch = 0, seed = 1): Float32Array {
  const inputs = images();
  augmenter(list, shape, seed)(inputs, batch);
  return inputs;
}

/** The number at a place of the original image. */
const at = (channel: number, y: number, x: number): number => channel * 20 + y * 5 + x;
const pixels = [0, 1].flatMap((c) => [0, 1, 2, 3].flatMap((y) => [0, 1, 2, 3, 4].map((x) => [c, y, x] as const)));
const offsets = (most: number) => Array.from({ length: 2 * most + 1 }, (_, i) => i - most);

test("all are functions of seed, batch and place in the list, called in any order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }), (seed, batch) => {
      const list = ["flip", "crop=2", "shift=1", "noise=0.5"];
      const change = augmenter(list, shape, seed);
      const [one, other, again] = [images(), images(), images()];
      change(one, batch);
      change(other, batch + 1);
      change(again, batch);
      expect(again).toEqual(one);
      expect(other).not.toEqual(one);
      expect(augmented(list, batch, seed + 1)).not.toEqual(one);
    }),
    { seed: 1, numRuns: 10 },
  );
  const twice = augmented(["noise=1", "noise=1"]);
  const once = augmented(["noise=1"]);
  // Were the draws the same, the second would add the first again.
  expect(twice.some((value, i) => Math.abs(value - 2 * once[i]! + images()[i]!) > 1e-3)).toBe(true);
});

test("flip mirrors about half of the images, whole", () => {
  const flipped = augmented(["flip"]);
  const mirrored = pixels.map(([c, y, x]) => at(c, y, 4 - x));
  const count = Array.from({ length: batchSize }, (_, i) => imageOf(flipped, i)).filter((image) => {
    if (image[0] === 0) expect(image).toEqual(imageOf(images(), 0));
    else expect(image).toEqual(mirrored);
    return image[0] !== 0;
  }).length;
  // Five standard deviations of 64 tosses.
  expect(Math.abs(count - 32)).toBeLessThan(5 * 4);
});

describe.each<[name: string, most: number, inside: (at: number, length: number) => number]>([
  ["shift", 2, (i, length) => Math.min(Math.max(i, 0), length - 1)],
  ["crop", 3, (i, length) => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i)],
])("%s", (name, most, inside) => {
  test("moves each image by whole pixels along both axes, every move about as often", () => {
    const moves = offsets(most).flatMap((dy) => offsets(most).map((dx) => [dy, dx] as const));
    const known = new Map(
      moves.map(([dy, dx]) => [
        String(pixels.map(([c, y, x]) => at(c, inside(y - dy, 4), inside(x - dx, 5)))),
        `${dy} ${dx}`,
      ]),
    );
    const seen = new Set<string>();
    for (let batch = 0; batch < 20; batch++) {
      const inputs = augmented([`${name}=${most}`], batch);
      for (let i = 0; i < batchSize; i++) {
        const move = known.get(String(imageOf(inputs, i)));
        expect(move).toBeDefined();
        seen.add(move!);
      }
    }
    // Of 1,280 draws each of at most 49 moves is missed with probability below 1e-11.
    expect(seen.size).toBe(new Set(known.values()).size);
  });
});

test("noise has the deviation that is asked for, at every element", () => {
  const inputs = augmented(["noise=0.5"], 7);
  const draws = inputs.map((value, i) => (value - (i % size)) / 0.5);
  const mean = draws.reduce((sum, z) => sum + z, 0) / draws.length;
  const variance = draws.reduce((sum, z) => sum + z * z, 0) / draws.length;
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(draws.length));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / draws.length));
});

test.each([
  [["flop"], 'augment: must be of flip, crop=number, shift=number, noise=number, got "flop"'],
  [["flip=1"], 'augment: flip takes no number, got "flip=1"'],
  [["crop"], 'augment: crop needs a whole number of pixels from 1 on, such as crop=1, got "crop"'],
  [["crop=0"], 'augment: crop needs a whole number of pixels from 1 on, got "crop=0"'],
  [["shift=1.5"], 'augment: shift needs a whole number of pixels from 1 on, got "shift=1.5"'],
  [["noise="], 'augment: noise needs a positive number, got "noise="'],
])("%j is refused", (list, message) => {
  expect(() => requireAugmentations(list)).toThrow(message);
});

test("images are needed, and larger than a move", () => {
  expect(() => augmenter(["noise=1"], [3], 0)).not.toThrow();
  expect(() => augmenter(["flip"], [3], 0)).toThrow(
    "augment: flip needs images [channels, height, width], examples have the shape 3",
  );
  expect(() => augmenter(["crop=4"], shape, 0)).toThrow("augment: crop must be smaller than the images, 4×5, got 4");
});
