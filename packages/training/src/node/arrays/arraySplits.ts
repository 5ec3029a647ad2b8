/** Splits over arrays in files. */
import { sizeOf } from "onnx-grad";
import type { RawExamples, RawSplit } from "../../data/standardise.ts";
import { InputError } from "../../inputError.ts";
import { numberReader, type StoredArray } from "./storedArray.ts";

/** Classes of examples. */
export interface Labels {
  readonly labels: Int32Array;
  readonly numClasses: number;
}

/** Labels beyond it are a mistake: one output is needed for each. */
const maxClasses = 2 ** 20;

const shapeOf = ({ shape }: StoredArray): readonly number[] => (shape.length < 2 ? [1] : shape.slice(1));

/** Checks that inputs and targets are of as many examples, and of the shapes of the training part. */
export function requirePair(
  inputs: StoredArray,
  targets: StoredArray,
  like: { readonly inputs: StoredArray; readonly targets: StoredArray },
): void {
  for (const [array, other] of [
    [inputs, like.inputs],
    [targets, like.targets],
  ] as const) {
    const path = `${array.source.path}: ${array.name}`;
    if (array.shape.length === 0 || array.shape.some((size) => size === 0)) {
      throw new InputError({ path, rule: "must hold examples, its shape is", value: array.shape });
    }
    if (String(shapeOf(array)) === String(shapeOf(other))) continue;
    const rule = `examples must have the shape ${shapeOf(other).join("×")} as those of training`;
    throw new InputError({ path, rule, value: shapeOf(array).join("×") });
  }
  if (inputs.shape[0] === targets.shape[0]) return;
  const rule = `there must be as many targets as inputs, ${inputs.shape[0]}`;
  throw new InputError({ path: `${targets.source.path}: ${targets.name}`, rule, value: targets.shape[0] });
}

/** Targets as labels. @throws InputError for one that is no class */
export function labelsOf(targets: StoredArray, numClasses: number = maxClasses): Int32Array {
  const path = `${targets.source.path}: ${targets.name}`;
  const count = sizeOf(targets.shape);
  if (count !== targets.shape[0]) {
    throw new InputError({ path, rule: "classes must be one number for each example", value: targets.shape });
  }
  const numbers = new Float64Array(count);
  numberReader(targets, count)(numbers, 0, 0);
  const wrong = numbers.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= numClasses);
  if (wrong < 0) return Int32Array.from(numbers);
  const rule = `labels must be integers from 0 to ${numClasses - 1}, that of example ${wrong} is ${numbers[wrong]}`;
  throw new InputError({ path, rule });
}

/** Examples of an array, with labels, with targets of another, or with neither. */
export function numbersSplit(inputs: StoredArray, targets: null): RawExamples;
export function numbersSplit(inputs: StoredArray, targets: StoredArray | Labels): RawSplit;
export function numbersSplit(inputs: StoredArray, targets: StoredArray | Labels | null): RawExamples | RawSplit {
  const inputShape = shapeOf(inputs);
  const size = sizeOf(inputShape);
  const read = numberReader(inputs, size);
  const examples: RawExamples = {
    numExamples: inputs.shape[0]!,
    inputShape,
    readExampleInto: (out, offset, index) => read(out, offset, index * size),
  };
  if (targets === null) return examples;
  if ("labels" in targets) {
    const { labels, numClasses } = targets;
    return { ...examples, numClasses, labelOf: (index) => labels[index]! };
  }
  const targetShape = shapeOf(targets);
  const targetSize = sizeOf(targetShape);
  const readTarget = numberReader(targets, targetSize);
  return {
    ...examples,
    targetShape,
    readTargetInto: (out, offset, index) => readTarget(out, offset, index * targetSize),
  };
}

/** @throws InputError for the first input of floats that is not finite. Targets are checked where they meet the task. */
export function requireFiniteInputs(split: RawSplit, { type, source, name }: StoredArray): void {
  if (type.isInteger) return;
  const example = new Float64Array(sizeOf(split.inputShape));
  for (let index = 0; index < split.numExamples; index++) {
    split.readExampleInto(example, 0, index);
    const wrong = example.findIndex((x) => !Number.isFinite(x));
    if (wrong < 0) continue;
    const rule = `inputs must be finite, number ${wrong} of example ${index} is ${example[wrong]}`;
    throw new InputError({ path: `${source.path}: ${name}`, rule });
  }
}
