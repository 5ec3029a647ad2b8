import { permutationInto, randomKey } from "entropy-sgd/random";
import { InputError } from "../inputError.ts";
import { type AnySplit, type DataSet, type HeldOut, isLabelled } from "./split.ts";
import { subset } from "./subset.ts";
import { isText, type TextSplit, textPart } from "./textSplit.ts";

/** How training examples are divided. */
export interface HoldOutOptions {
  /** Training examples (of a text: tokens) held out for validation; a share of them where it is below 1. Default 5,000. */
  readonly validation?: number;
  /** Which; `random` and `stratified` are for data sorted by class. Default `last`. */
  readonly heldOut?: HeldOut;
  /** Seed of the draw. Default 0. */
  readonly seed?: number;
}

/** What is held out, for messages and as the path of the draw's random key. */
type Part = "validation" | "test";

const streams: Readonly<Record<Part, string>> = { validation: "held-out", test: "held-out for test" };

/**
 * Holds examples out of the training split for validation, or for another part; of a text its end.
 *
 * Randomness: a function of (seed, part).
 *
 * @throws InputError for a validation set as large as the training set, for `stratified` without classes, and for anything but
 *   `last` of a text
 */
export function holdOut<S extends AnySplit>(
  whole: S,
  { validation = 5000, heldOut = "last", seed = 0 }: HoldOutOptions,
  part: Part = "validation",
): Pick<DataSet<S>, "train" | "validation"> {
  const numExamples = isText(whole) ? whole.tokens.length : whole.numExamples;
  const held = validation > 0 && validation < 1 ? Math.round(validation * numExamples) : validation;
  if (!Number.isInteger(held) || held < 0 || held >= numExamples) {
    const rule = `an integer from 0 to ${numExamples - 1}, the training examples less one`;
    const details = { name: part, rule: `must be ${rule}`, value: validation };
    throw new InputError(details, `${part} must be ${rule}, got ${validation}`);
  }
  if (isText(whole))
    return textParts(whole, held, heldOut, part) as Pick<DataSet<AnySplit>, "train" | "validation"> as never;
  const order = Int32Array.from({ length: numExamples }, (_, i) => i);
  if (heldOut !== "last") permutationInto(order, { key: randomKey(seed, streams[part]), stream: 0, step: 0 });
  const sorted = heldOut === "stratified" ? stratified(whole, order, held) : order;
  const numTrained = numExamples - held;
  return {
    train: subset(whole, sorted.subarray(0, numTrained)),
    validation: subset(whole, sorted.subarray(numTrained)),
  };
}

/** The text and its last `held` tokens. */
function textParts(
  whole: TextSplit,
  held: number,
  heldOut: HeldOut,
  part: Part,
): Pick<DataSet<TextSplit>, "train" | "validation"> {
  if (heldOut !== "last") {
    throw new InputError({
      name: "heldOut",
      rule: "of a text must be last: its parts are one after another",
      value: heldOut,
    });
  }
  const { steps, tokens } = whole;
  const numTrained = tokens.length - held;
  if ((held > 0 && held <= steps) || numTrained <= steps) {
    const rule = `of a text must leave and take at least ${steps + 1} tokens, one more than the steps of a window`;
    throw new InputError({ name: part, rule, value: held, got: `of ${tokens.length} it takes ${held}` });
  }
  return {
    train: textPart(whole, 0, numTrained),
    validation: textPart(whole, numTrained, tokens.length),
  };
}

/** The order with `held` examples at its end, of each class its share (largest remainders). */
function stratified(split: AnySplit, order: Int32Array, held: number): Int32Array {
  if (!isLabelled(split)) {
    throw new InputError({ name: "heldOut", rule: "stratified needs targets that are classes, they are numbers" });
  }
  const byClass = Array.from({ length: split.numClasses }, (): number[] => []);
  for (const index of order) byClass[split.labelOf(index)]!.push(index);
  const shares = byClass.map(({ length }) => (length * held) / order.length);
  const quotas = shares.map(Math.floor);
  const byRemainder = [...shares.keys()].sort((a, b) => shares[b]! - quotas[b]! - (shares[a]! - quotas[a]!) || a - b);
  const missing = held - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const label of byRemainder.slice(0, missing)) quotas[label]! += 1;
  const isHeld = new Uint8Array(order.length);
  byClass.forEach((indices, label) => {
    for (const index of indices.slice(indices.length - quotas[label]!)) isHeld[index] = 1;
  });
  return Int32Array.from([...order.filter((index) => !isHeld[index]), ...order.filter((index) => isHeld[index])]);
}
