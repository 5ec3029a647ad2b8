/** Augmentations of training batches: each a seeded function of (seed, batch number, element of the batch). */
import { InputError } from "../inputError.ts";
import type { Augmentation, Augmenter } from "./augmentation.ts";
import { crop, flip, noise, shift } from "./augmentations.ts";

/** All of them: each that is added has its function, and a line here. */
export const augmentations: readonly Augmentation[] = [flip, crop, shift, noise];

/** An augmentation with its number. */
interface Chosen {
  readonly augmentation: Augmentation;
  readonly value: number;
}

function chosenFrom(text: string): Chosen {
  const [name, number, ...more] = text.split("=");
  const augmentation = augmentations.find((known) => known.name === name);
  const refuse = (rule: string): never => {
    throw new InputError({ name: "augment", rule, value: text });
  };
  if (augmentation === undefined || more.length > 0) {
    const forms = augmentations.map((known) => `${known.name}${known.number === null ? "" : "=number"}`);
    return refuse(`must be of ${forms.join(", ")}`);
  }
  const { rule, keeps } = augmentation.number ?? { rule: "", keeps: () => true };
  if ((number === undefined) !== (augmentation.number === null)) {
    return refuse(
      augmentation.number === null ? `${name} takes no number` : `${name} needs ${rule}, such as ${name}=1`,
    );
  }
  const value = number === undefined || number.trim() === "" ? Number.NaN : Number(number);
  if (augmentation.number !== null && !keeps(value)) return refuse(`${name} needs ${rule}`);
  return { augmentation, value };
}

/** Checks a list of augmentations. @throws InputError naming the first that breaks a rule */
export function requireAugmentations(list: readonly string[]): void {
  for (const text of list) chosenFrom(text);
}

/**
 * What augments batches of examples, in the order of the list.
 *
 * Randomness: a function of (seed, place in the list, batch number, element); the same in a resumed run.
 *
 * @throws InputError as `requireAugmentations`, and for augmentations that examples of the shape cannot have
 */
export function augmenter(list: readonly string[], shape: readonly number[], seed: number): Augmenter {
  const makers = list.map((text, place) => {
    const { augmentation, value } = chosenFrom(text);
    if (augmentation.ofImages && shape.length !== 3) {
      const rule = `${augmentation.name} needs images [channels, height, width], examples have the shape ${shape.join("×")}`;
      throw new InputError({ name: "augment", rule });
    }
    return augmentation.make(value, { seed, place, shape });
  });
  return (inputs, batch) => {
    for (const change of makers) change(inputs, batch);
  };
}
