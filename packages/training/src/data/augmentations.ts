/** The augmentations. Randomness: functions of (seed, place in the list, batch number, element of the batch). */
import { integersInto, normalInto, type RandomKey, randomKey, uniformInto } from "entropy-sgd/random";
import { InputError } from "../inputError.ts";
import type { Augmentation, AugmentationPlace, NumberRule } from "./augmentation.ts";

const keyOf = ({ seed, place }: AugmentationPlace): RandomKey => randomKey(seed, "augment", place);

/** Every other image is mirrored, left to right. */
export const flip: Augmentation = {
  name: "flip",
  doc: "Mirrors images left to right, each with probability 1/2.",
  number: null,
  ofImages: true,
  make(_, place) {
    const key = keyOf(place);
    const [channels, height, width] = place.shape as [number, number, number];
    const size = channels * height * width;
    return (inputs, batch) => {
      const draws = new Float32Array(inputs.length / size);
      uniformInto(draws, { key, stream: 0, step: batch });
      draws.forEach((draw, i) => {
        if (draw >= 0.5) return;
        for (let row = i * size; row < (i + 1) * size; row += width) inputs.subarray(row, row + width).reverse();
      });
    };
  },
};

/** Pixels by which images move along each axis. */
const pixels: NumberRule = {
  rule: "a whole number of pixels from 1 on",
  keeps: (value) => Number.isSafeInteger(value) && value >= 1,
};

/** Windows cut from images with a border. */
export const crop: Augmentation = {
  name: "crop",
  doc: "Adds a border of so many pixels, the image mirrored at its edges, and cuts a window of the image's size at random.",
  number: pixels,
  ofImages: true,
  make: (value, place) =>
    mover("crop", value, place, (at, length) => (at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at)),
};

/** Images moved along both axes. */
export const shift: Augmentation = {
  name: "shift",
  doc: "Moves images by up to so many pixels along each axis; pixels at the edges are repeated.",
  number: pixels,
  ofImages: true,
  make: (value, place) => mover("shift", value, place, (at, length) => Math.min(Math.max(at, 0), length - 1)),
};

/** Moves images by −most … most pixels along each axis. @param inside - the pixel whose value one outside takes */
function mover(
  name: string,
  most: number,
  place: AugmentationPlace,
  inside: (at: number, length: number) => number,
): ReturnType<Augmentation["make"]> {
  const key = keyOf(place);
  const [channels, height, width] = place.shape as [number, number, number];
  if (most >= Math.min(height, width)) {
    const rule = `${name} must be smaller than the images, ${height}×${width}`;
    throw new InputError({ name: "augment", rule, value: most });
  }
  const size = channels * height * width;
  const image = new Float32Array(size);
  return (inputs, batch) => {
    const moves = new Int32Array((2 * inputs.length) / size);
    integersInto(moves, 2 * most + 1, { key, stream: 0, step: batch });
    for (let i = 0; i < inputs.length / size; i++) {
      const [down, right] = [moves[2 * i]! - most, moves[2 * i + 1]! - most];
      image.set(inputs.subarray(i * size, (i + 1) * size));
      let to = i * size;
      for (let channel = 0; channel < channels; channel++)
        for (let y = 0; y < height; y++) {
          const row = (channel * height + inside(y - down, height)) * width;
          for (let x = 0; x < width; x++) inputs[to++] = image[row + inside(x - right, width)]!;
        }
    }
  };
}

/** Gaussian noise on every input. */
export const noise: Augmentation = {
  name: "noise",
  doc: "Adds normal noise of this standard deviation, in the units of the inputs as the network sees them.",
  number: { rule: "a positive number", keeps: (value) => Number.isFinite(value) && value > 0 },
  ofImages: false,
  make(value, place) {
    const key = keyOf(place);
    return (inputs, batch) => {
      const draws = new Float32Array(inputs.length);
      normalInto(draws, { key, stream: 0, step: batch });
      for (let i = 0; i < inputs.length; i++) inputs[i]! += value * draws[i]!;
    };
  },
};
