import { permutationInto, randomKey } from "entropy-sgd/random";
import { InputError } from "../inputError.ts";
import { type AnySplit, type DataSet, type HeldOut, subset } from "./split.ts";

/** How training examples are divided. */
export interface HoldOutOptions {
  /** Training examples held out for validation. Default 5,000. */
  readonly validation?: number;
  /** Which; `random` is for data sorted by class. Default `last`. */
  readonly heldOut?: HeldOut;
}

/**
 * Holds examples out of the training split for validation.
 *
 * @throws InputError for a validation set as large as the training set
 */
export function holdOut<S extends AnySplit>(
  whole: S,
  { validation = 5000, heldOut = "last" }: HoldOutOptions,
): Pick<DataSet<S>, "train" | "validation"> {
  const { numExamples } = whole;
  if (!Number.isInteger(validation) || validation < 0 || validation >= numExamples) {
    const rule = `an integer from 0 to ${numExamples - 1}, the training examples less one`;
    const details = { name: "validation", rule: `must be ${rule}`, value: validation };
    throw new InputError(details, `validation must be ${rule}, got ${validation}`);
  }
  const order = Int32Array.from({ length: numExamples }, (_, i) => i);
  if (heldOut === "random") permutationInto(order, { key: randomKey(0, "held-out"), stream: 0, step: 0 });
  const numTrained = numExamples - validation;
  return { train: subset(whole, order.subarray(0, numTrained)), validation: subset(whole, order.subarray(numTrained)) };
}
