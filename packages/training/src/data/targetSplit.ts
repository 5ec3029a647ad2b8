import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { InputError } from "../inputError.ts";
import { requireClasses, requireFloats, requireShape } from "./requireArrays.ts";
import type { TargetSplit } from "./split.ts";

/** A user's own examples with targets that are numbers, or several classes each. */
export interface TargetSplitOptions {
  /** Shape (examples × example size,). */
  readonly inputs: Float32Array;
  /** Shape (examples × target size,); an Int32Array where they are classes. */
  readonly targets: Float32Array | Int32Array;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** Shape of one target, such as that of the network's outputs. Default [1]. */
  readonly targetShape?: readonly number[];
  /** Where targets are classes, 0 … numClasses − 1: how many. */
  readonly numClasses?: number;
}

const known: KnownOptions<TargetSplitOptions> = {
  inputs: true,
  targets: true,
  inputShape: true,
  targetShape: true,
  numClasses: true,
};

/**
 * A split over arrays in memory; nothing is copied.
 *
 * @throws TypeError for an unknown option or one of another type; InputError if inputs and targets are of different numbers of
 *   examples, or a target is not finite or no class
 */
export function targetSplit(options: TargetSplitOptions): TargetSplit {
  requireKnownOptions("targetSplit", known, options);
  const { inputs, targets, inputShape, targetShape = [1], numClasses } = options;
  requireFloats("targetSplit", "inputs", inputs);
  if (numClasses === undefined) requireFloats("targetSplit", "targets", targets);
  else requireClasses("targetSplit", targets, numClasses);
  const size = requireShape("targetSplit", "inputShape", inputShape);
  const targetSize = requireShape("targetSplit", "targetShape", targetShape);
  const numExamples = targets.length / targetSize;
  if (!Number.isInteger(numExamples)) {
    const rule = `targets must have a multiple of ${targetSize} elements`;
    throw new InputError({ path: "targetSplit", rule, value: targets.length });
  }
  if (inputs.length !== size * numExamples) {
    const rule = `${numExamples} examples × ${size} = ${numExamples * size}`;
    throw new InputError({ path: "targetSplit", rule: `inputs must have ${rule} elements`, value: inputs.length });
  }
  const isTarget = (target: number): boolean =>
    numClasses === undefined ? Number.isFinite(target) : target >= 0 && target < numClasses;
  const wrong = targets.findIndex((target) => !isTarget(target));
  if (wrong >= 0) {
    const rule = numClasses === undefined ? "finite" : `from 0 to ${numClasses - 1}`;
    throw new InputError({
      path: "targetSplit",
      rule: `targets must be ${rule}, targets[${wrong}] is ${targets[wrong]}`,
    });
  }
  return {
    numExamples,
    inputShape,
    targetShape,
    ...(numClasses !== undefined && { numClasses }),
    readExampleInto(out, offset, index) {
      out.set(inputs.subarray(index * size, (index + 1) * size), offset);
    },
    readTargetInto(out, offset, index) {
      out.set(targets.subarray(index * targetSize, (index + 1) * targetSize), offset);
    },
  };
}
