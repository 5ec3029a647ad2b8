/** Whether data fit a network; checked once, where the two meet. */
import { detailsOf } from "entropy-sgd";
import { sizeOf } from "onnx-grad";
import { InputError } from "../inputError.ts";
import { classification } from "../tasks/classification.ts";
import type { TargetSpec, Task } from "../tasks/task.ts";
import { type AnySplit, type DataSet, type Examples, isLabelled, type Split, type TargetSplit } from "./split.ts";

/** What data must fit: a network or a model that is compiled from it. */
export interface DataTaker {
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** Shape of the outputs for one example. */
  readonly outputShape: readonly number[];
  /** What is learnt; classification when absent. */
  readonly task?: Task;
}

/**
 * Checks that a split's examples have the network's shape and its task's classes or targets.
 *
 * Cost: one look at each label or target.
 *
 * @param what - the split in messages, such as "test"
 * @returns how many examples each class has; nothing of targets that are numbers
 * @throws InputError that names the network, the split, the rule and the first example that breaks it
 */
export function requireSplit(network: DataTaker, split: AnySplit, what: string): Int32Array {
  const { name, outputShape, task = classification() } = network;
  const refuse: Refuse = (rule) => {
    throw new InputError({ path: name, rule: `the ${what} examples ${rule}` });
  };
  requireExamples(network, split, what);
  const spec = targetsOf(task, outputShape, name);
  if (!isLabelled(split)) {
    requireTargets(spec, split, refuse);
    return new Int32Array(0);
  }
  const numClasses = numClassesOf(spec);
  if (numClasses === null) refuse(`must have targets of the shape ${spec.shape.join("×")}, they have one class each`);
  return countClasses(split, numClasses, refuse);
}

/** Checks that examples have the network's shape. @throws InputError as `requireSplit` */
export function requireExamples(
  { name, inputShape }: Pick<DataTaker, "name" | "inputShape">,
  examples: Pick<Examples, "inputShape">,
  what: string,
): void {
  if (examples.inputShape.join() === inputShape.join()) return;
  const rule = `must have the shape ${inputShape.join("×")}, they have ${examples.inputShape.join("×")}`;
  throw new InputError({ path: name, rule: `the ${what} examples ${rule}` });
}

/** The task's targets for a network. @throws InputError if the task, or an option of it, does not suit the network's outputs */
function targetsOf(task: Task, outputShape: readonly number[], network: string): TargetSpec {
  try {
    return task.targetsOf(outputShape);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError({ ...detailsOf(error), path: network }, `${network}: ${error.message}`);
  }
}

/** Throws the error of a rule that the examples break. */
type Refuse = (rule: string) => never;

/** Classes of labels that can be targets: two of them where a target is one probability; null where none can. */
function numClassesOf(spec: TargetSpec): number | null {
  if (spec.dtype === "int32") return spec.shape.length === 0 ? spec.numClasses : null;
  return spec.areProbabilities && sizeOf(spec.shape) === 1 ? 2 : null;
}

function countClasses(split: Split, numClasses: number, refuse: Refuse): Int32Array {
  if (split.numClasses !== numClasses) refuse(`must have ${numClasses} classes, they have ${split.numClasses}`);
  const counts = new Int32Array(numClasses);
  for (let i = 0; i < split.numExamples; i++) {
    const label = split.labelOf(i);
    if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
      refuse(`must have labels from 0 to ${numClasses - 1}, the label of example ${i} is ${label}`);
    }
    counts[label]! += 1;
  }
  return counts;
}

function requireTargets(spec: TargetSpec, split: TargetSplit, refuse: Refuse): void {
  const { numExamples, targetShape, numClasses } = split;
  if (spec.dtype === "int32" && numClasses !== spec.numClasses) {
    refuse(`must have ${spec.numClasses} classes, they have ${numClasses ?? "targets that are numbers"}`);
  }
  if (spec.dtype === "float32" && numClasses !== undefined) {
    refuse(`must have targets that are numbers, they have ${numClasses} classes`);
  }
  if (targetShape.join() !== spec.shape.join()) {
    const wanted = spec.shape.length === 0 ? "one class each" : `targets of the shape ${spec.shape.join("×")}`;
    refuse(`must have ${wanted}, they have ${targetShape.join("×")}`);
  }
  const target = new (spec.dtype === "int32" ? Int32Array : Float32Array)(sizeOf(targetShape));
  const [rule, isTarget] = targetRule(spec);
  for (let i = 0; i < numExamples; i++) {
    split.readTargetInto(target, 0, i);
    for (const value of target) {
      if (!isTarget(value)) refuse(`must have targets ${rule}, the target of example ${i} holds ${value}`);
    }
  }
}

/** What each number of a target must be. */
function targetRule(spec: TargetSpec): readonly [rule: string, isTarget: (value: number) => boolean] {
  if (spec.dtype === "int32") {
    return [`from 0 to ${spec.numClasses - 1}`, (value) => value >= 0 && value < spec.numClasses];
  }
  return spec.areProbabilities
    ? ["in [0, 1]", (value) => value >= 0 && value <= 1]
    : ["that are finite", Number.isFinite];
}

/**
 * Checks that a data set can train and judge a network.
 *
 * @returns warnings about splits with a single class and classes without a training example
 * @throws InputError as `requireSplit`, and for a training or test split without examples
 */
export function requireFit(network: DataTaker, data: DataSet<AnySplit>): string[] {
  const names = ["train", "validation", "test"] as const;
  const warnings: string[] = [];
  const classesOf = names.map((what) => {
    const split = data[what];
    if (split.numExamples === 0 && what !== "validation") {
      throw new InputError({
        path: network.name,
        rule: `the ${what} split must have at least one example, it is empty`,
      });
    }
    const counts = requireSplit(network, split, what);
    const classes = [...counts.keys()].filter((label) => counts[label] !== 0);
    if (classes.length === 1 && counts.length !== 1) {
      warnings.push(`all ${split.numExamples} ${what} examples are of class ${classes[0]}; ${remedy}`);
    }
    return classes;
  });
  const [trained, ...judged] = classesOf as [number[], number[], number[]];
  const unseen = [...new Set(judged.flat())].filter((label) => !trained.includes(label)).sort((a, b) => a - b);
  if (unseen.length > 0) {
    const which = unseen.length === 1 ? `class ${unseen[0]} has` : `classes ${unseen.join(", ")} have`;
    warnings.push(`${which} no training example; ${remedy}`);
  }
  return warnings;
}

const remedy =
  "are the data sorted by class? The last training examples are held out: --set heldOut=random draws them instead";
