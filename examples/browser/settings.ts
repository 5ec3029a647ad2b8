// The settings of a run: in the form, in the page's address, in the saved run.

export const networkNames = ["lenet", "small-lenet"] as const;
export const optimizerNames = ["entropy-sgd", "sgd"] as const;
export const devices = ["cpu", "webgpu"] as const;

/** Images in a mini-batch. */
export const batchSize = 128;
/** Gradients between two outer events, also of SGD, so that the two are told at the same places. */
export const innerSteps = 20;
/** Images to train on; 5,000 of the 60,000 are held out for validation. */
const numImages = 55_000;

export interface Settings {
  readonly network: (typeof networkNames)[number];
  readonly optimizer: (typeof optimizerNames)[number];
  /** Effective epochs: as many gradients as so many passes over the training images take, inner steps counted. */
  readonly budget: number;
  readonly seed: number;
  /** How many of the 55,000 training images are used, the first ones. */
  readonly images: number;
  readonly threads: number;
  readonly device: (typeof devices)[number];
}

/** The settings that an address names, the others as they are by default. @throws RangeError for a value out of its range */
export function settingsFrom(query: URLSearchParams, cores: number): Settings {
  const chosen = <Name extends string>(name: string, names: readonly Name[]): Name => {
    const value = query.get(name) ?? names[0];
    const found = names.find((one) => one === value);
    if (found !== undefined) return found;
    throw new RangeError(`${name} must be one of ${names.join(", ")}, got ${value}`);
  };
  const number = (name: string, usual: number, isValid: (value: number) => boolean, rule: string): number => {
    const value = Number(query.get(name) ?? usual);
    if (isValid(value)) return value;
    throw new RangeError(`${name} must be ${rule}, got ${query.get(name)}`);
  };
  return {
    network: chosen("network", networkNames),
    optimizer: chosen("optimizer", optimizerNames),
    budget: number("budget", 4, (value) => value >= 0.01 && value <= 100, "from 0.01 to 100"),
    seed: number("seed", 1, (value) => Number.isSafeInteger(value) && value >= 0, "a whole number from 0"),
    images: number(
      "images",
      numImages,
      (value) => Number.isInteger(value) && value >= batchSize && value <= numImages,
      `a whole number from ${batchSize} to ${numImages}`,
    ),
    threads: number(
      "threads",
      cores,
      (value) => Number.isInteger(value) && value >= 1 && value <= cores,
      `a whole number from 1 to ${cores}`,
    ),
    device: chosen("device", devices),
  };
}

/** The settings as a part of an address; also the name of the saved run, so that other settings are another run. */
export function nameOf(settings: Settings): string {
  return new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)])).toString();
}
