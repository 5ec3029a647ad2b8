/** Points of the plane in two classes that no line separates: data sets that can be looked at. */
import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import { normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { shown } from "../printable.ts";
import { arraySplit } from "./arraySplit.ts";
import type { Split } from "./split.ts";

/** Options of `twoMoons` and `spirals`. */
export interface ShapeOptions {
  readonly numExamples: number;
  /** Standard deviation of the noise added to each coordinate. Default 0. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

const known: KnownOptions<ShapeOptions> = { numExamples: true, noise: true, seed: true };

/**
 * Two half circles of radius 1 that reach into each other: class 0 is (cos t − ½, sin t − ¼) with t uniform in [0, π), class 1 its
 * mirror image at the origin.
 *
 * Classes alternate. Randomness: uniforms and normals are functions of (seed, example).
 *
 * @throws TypeError or RangeError for a bad option
 */
export function twoMoons(options: ShapeOptions): Split {
  return pointsOf("twoMoons", options, (label, along) => {
    const angle = Math.PI * along;
    const [x, y] = [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25];
    return label === 0 ? [x, y] : [-x, -y];
  });
}

/**
 * Two arms of a spiral, (r cos t, r sin t) and the same turned by π: r from 0.2 to 3 and t from 0 to 3π, in one and a half turns.
 *
 * Classes alternate, points are uniform along t. Randomness and errors as `twoMoons`.
 */
export function spirals(options: ShapeOptions): Split {
  return pointsOf("spirals", options, (label, along) => {
    const angle = Math.PI * (3 * along + label);
    const radius = 0.2 + 2.8 * along;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** @param place - of a class, at a share in [0, 1) of its curve */
function pointsOf(
  where: string,
  options: ShapeOptions,
  place: (label: number, along: number) => [number, number],
): Split {
  requireKnownOptions(where, known, options);
  const { numExamples, noise = 0, seed = 0 } = options;
  if (!Number.isSafeInteger(numExamples) || numExamples < 1)
    throw rangeError(where, "numExamples", "must be a positive integer", numExamples, shown(numExamples));
  if (!(noise >= 0 && Number.isFinite(noise)))
    throw rangeError(where, "noise", "must be in [0, ∞)", noise, shown(noise));
  const along = new Float32Array(numExamples);
  const inputs = new Float32Array(2 * numExamples);
  const key = randomKey(seed, where);
  uniformInto(along, { key, stream: 0, step: 0 });
  normalInto(inputs, { key, stream: 1, step: 0 });
  const labels = Int32Array.from({ length: numExamples }, (_, i) => i % 2);
  for (let i = 0; i < numExamples; i++) {
    const [x, y] = place(labels[i]!, along[i]!);
    inputs[2 * i] = x + noise * inputs[2 * i]!;
    inputs[2 * i + 1] = y + noise * inputs[2 * i + 1]!;
  }
  return arraySplit({ inputs, labels, inputShape: [2], numClasses: 2 });
}
