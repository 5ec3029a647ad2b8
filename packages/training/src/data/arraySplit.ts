import { type KnownOptions, requireKnownOptions, typeError } from "entropy-sgd";
import { InputError } from "../inputError.ts";
import { shown } from "../printable.ts";
import { requireFloats, requireShape } from "./requireArrays.ts";
import type { Split } from "./split.ts";

/** A user's own examples: inputs one after another, and their classes. */
export interface ArraySplitOptions {
  /** Shape (examples × example size,). */
  readonly inputs: Float32Array;
  readonly labels: ArrayLike<number>;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  readonly numClasses: number;
}

const known: KnownOptions<ArraySplitOptions> = { inputs: true, labels: true, inputShape: true, numClasses: true };

/**
 * A split over arrays in memory; nothing is copied.
 *
 * @throws TypeError for an unknown option or one of another type; InputError if the inputs are not as many as labels
 *   and shape say, or a label is no class
 */
export function arraySplit(options: ArraySplitOptions): Split {
  requireKnownOptions("arraySplit", known, options);
  const { inputs, labels, inputShape, numClasses } = options;
  const refuse = (name: keyof ArraySplitOptions, rule: string): never => {
    throw typeError("arraySplit", name, `must be ${rule}`, options[name], shown(options[name]));
  };
  requireFloats("arraySplit", "inputs", inputs);
  if (!Number.isSafeInteger(labels?.length)) refuse("labels", "an array");
  const size = requireShape("arraySplit", "inputShape", inputShape);
  if (!Number.isSafeInteger(numClasses) || numClasses < 1) refuse("numClasses", "a positive integer");
  if (inputs.length !== size * labels.length) {
    const rule = `${labels.length} labels × ${size} = ${labels.length * size}`;
    throw new InputError({ path: "arraySplit", rule: `inputs must have ${rule} elements`, value: inputs.length });
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw new InputError({
      path: "arraySplit",
      rule: `labels must be integers from 0 to ${numClasses - 1}, labels[${i}] is ${label}`,
    });
  }
  return {
    numExamples: labels.length,
    inputShape,
    numClasses,
    readExampleInto(out, offset, index) {
      out.set(inputs.subarray(index * size, (index + 1) * size), offset);
    },
    labelOf: (index) => labels[index]!,
  };
}
