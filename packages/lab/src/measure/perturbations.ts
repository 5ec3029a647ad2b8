/** The perturbations under which solutions are compared: of data, activations and weights. */
import { integersInto, normalInto, type RandomKey, randomKey } from "entropy-sgd/random";
import type { NoiseEntry } from "onnx-grad";
import type { Disturbance } from "./recalibratedScores.ts";

/** A kind of perturbation; each batch has its own noise. */
export interface Perturbation {
  readonly name: string;
  /** The name for readers. */
  readonly title: string;
  /** What its size means, for an axis. */
  readonly unit: string;
  /** A further explanation. */
  readonly details?: string;
  /** Sizes measured. */
  readonly sizes: readonly number[];
  /** Whether it is of images alone. */
  readonly ofImages?: boolean;
  disturbance(size: number, seed: number, inputShape: readonly number[]): Disturbance;
}

const inputNoise: Perturbation = {
  name: "input-noise",
  title: "input noise",
  unit: "σ added to each input (pixels range from −1 to 1)",
  sizes: [0.1, 0.3, 0.6],
  disturbance(size, seed) {
    const noise = normals(randomKey(seed, "input-noise"));
    return {
      inputs(examples, batch) {
        const z = noise(examples.length, batch);
        for (let i = 0; i < examples.length; i++) examples[i]! += size * z[i]!;
      },
    };
  },
};

/** The eight directions of a shift. */
const directions = [-1, 0, 1]
  .flatMap((row) => [-1, 0, 1].map((column) => [row, column] as const))
  .filter(([r, c]) => r !== 0 || c !== 0);

const shift: Perturbation = {
  name: "shift",
  title: "shift",
  unit: "pixels",
  details: "Each image moves in one of eight directions; what enters repeats the border.",
  sizes: [1, 2, 3],
  ofImages: true,
  disturbance(size, seed, inputShape) {
    const [channels, rows, columns] = inputShape as [number, number, number];
    const key = randomKey(seed, "shift");
    return {
      inputs(examples, batch) {
        const count = examples.length / (channels * rows * columns);
        const choice = new Int32Array(count);
        integersInto(choice, directions.length, { key, stream: 0, step: batch });
        const before = examples.slice();
        const clamp = (value: number, end: number): number => Math.max(0, Math.min(end - 1, value));
        for (let plane = 0; plane < count * channels; plane++) {
          const [down, right] = directions[choice[Math.floor(plane / channels)]!]!;
          for (let i = 0; i < rows; i++) {
            const from = (plane * rows + clamp(i - size * down, rows)) * columns;
            const to = (plane * rows + i) * columns;
            for (let j = 0; j < columns; j++) examples[to + j] = before[from + clamp(j - size * right, columns)]!;
          }
        }
      },
    };
  },
};

const activationNoise = (entry: NoiseEntry, sizes: readonly number[], unit: string): Perturbation => ({
  name: `activation-noise-${entry}`,
  title: `${entry === "added" ? "additive" : "multiplicative"} activation noise`,
  unit,
  sizes,
  disturbance(size, seed) {
    const key = randomKey(seed, "activation-noise");
    return {
      activations: {
        entry,
        fill(noise, layer, batch) {
          normalInto(noise, { key, stream: layer, step: batch });
          for (let i = 0; i < noise.length; i++) noise[i]! *= size;
        },
      },
    };
  },
});

const weightNoise = (scale: "absolute" | "relative", sizes: readonly number[], unit: string): Perturbation => ({
  name: `weight-noise-${scale}`,
  title: `${scale} weight noise`,
  unit,
  sizes,
  disturbance(size, seed) {
    const noise = normals(randomKey(seed, "weight-noise"));
    return {
      weights(x, batch) {
        const z = noise(x.length, batch);
        return x.map((value, i) => value + size * z[i]! * (scale === "relative" ? value : 1));
      },
    };
  },
});

/** Every perturbation, in the order of reports. */
export const perturbations: readonly Perturbation[] = [
  inputNoise,
  shift,
  activationNoise("added", [0.1, 0.3, 1], "σ added to each activation"),
  activationNoise("multiplied", [0.1, 0.3, 0.6], "σ: each activation times 1 + σz"),
  weightNoise("absolute", [0.01, 0.03, 0.06], "σ added to each weight"),
  weightNoise("relative", [0.1, 0.3, 0.6], "σ: each weight times 1 + σz"),
];

/** Those that examples of a shape can have. */
export function perturbationsOf(inputShape: readonly number[]): readonly Perturbation[] {
  return perturbations.filter(({ ofImages = false }) => !ofImages || inputShape.length === 3);
}

/** A perturbation of some size in words, such as `input noise 0.3`. */
export function perturbationLabel({ perturbation, size }: { perturbation: string; size: number }): string {
  const found = perturbations.find(({ name }) => name === perturbation);
  return found === undefined ? "no perturbation" : `${found.title} ${size}`;
}

/** Standard normal numbers by length and batch; one buffer, refilled at each call. */
function normals(key: RandomKey): (length: number, batch: number) => Float32Array {
  let buffer = new Float32Array(0);
  return (length, batch) => {
    if (buffer.length !== length) buffer = new Float32Array(length);
    normalInto(buffer, { key, stream: 0, step: batch });
    return buffer;
  };
}
