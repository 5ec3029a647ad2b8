/** A model as it is trained: outputs that are logits, any batch size. */
import { type OptionRule, optionRules, requireOptions } from "../../graph/requirements.ts";
import { withNewHead } from "./newHead.ts";
import { type FileNode, type OnnxFile, tensorsRead } from "./onnxFile.ts";
import { readError } from "./readError.ts";

/** Activations that losses on logits apply themselves. */
export type LastActivation = "softmax" | "sigmoid";

/** What is changed of a model before it is read. */
export interface ModelChanges {
  /** The outputs by name, any tensors of the model; operations that these do not need are left out. By default its own. */
  readonly outputs?: readonly string[];
  /** The first axis of every input is the batch and of any size, whatever size the model states. */
  readonly anyBatch?: boolean;
  /** An operation that is left out where it is an output's last one: softmax and log-softmax, or sigmoid. */
  readonly withoutLast?: LastActivation;
  /**
   * New weights in the last layer, for so many outputs: the parameters `head.weight` and `head.bias`, which begin as those of
   * `dense`. The model must have one output then, and end in Gemm, MatMul or Conv, pooling and changes of shape after it.
   */
  readonly newHead?: number;
}

const rules: Readonly<Record<keyof ModelChanges, OptionRule>> = {
  outputs: { rule: "a list of names", holds: (value) => Array.isArray(value) && value.length > 0 },
  anyBatch: optionRules.flag,
  withoutLast: { rule: "softmax or sigmoid", holds: (value) => value === "softmax" || value === "sigmoid" },
  newHead: optionRules.positiveInteger,
};

/** The changed file, and what was changed in a sentence each. @throws Error for an output that no node gives */
export function changedFile(
  file: OnnxFile,
  options: ModelChanges = {},
): { readonly file: OnnxFile; readonly changes: readonly string[] } {
  requireOptions("readOnnx", options, rules);
  const { outputs, anyBatch = false, withoutLast, newHead } = options;
  const changes: string[] = [];
  let changed = file;
  if (anyBatch)
    changed = { ...changed, inputs: changed.inputs.map((input) => ({ ...input, shape: freed(input.shape) })) };
  if (outputs !== undefined) changed = { ...changed, outputs };
  if (withoutLast !== undefined) {
    const logits = changed.outputs.map((output) => {
      const node = lastNode(changed, output);
      if (node === undefined || !operatorsOf[withoutLast].includes(node.opType)) return output;
      changes.push(`the last operation, ${node.opType} "${node.name}", is left out: the loss applies it`);
      return node.inputs[0]!;
    });
    changed = { ...changed, outputs: logits };
  }
  if (changed.outputs !== file.outputs) changed = { ...changed, nodes: needed(changed) };
  if (newHead !== undefined) {
    const { file: renewed, change } = withNewHead(changed, newHead);
    changes.push(change);
    changed = { ...renewed, nodes: needed(renewed) };
  }
  return { file: changed, changes };
}

const freed = <Size>(shape: readonly Size[]): (Size | undefined)[] =>
  shape.map((size, i) => (i === 0 ? undefined : size));

const operatorsOf: Readonly<Record<LastActivation, readonly string[]>> = {
  softmax: ["Softmax", "LogSoftmax"],
  sigmoid: ["Sigmoid"],
};

/** The node that gives a tensor, those that only pass it on left out. Nodes are in the order of execution. */
function lastNode({ nodes }: OnnxFile, output: string): FileNode | undefined {
  let tensor = output;
  return [...nodes].reverse().find((node) => {
    if (!node.outputs.includes(tensor)) return false;
    if (node.opType === "Identity") tensor = node.inputs[0] ?? "";
    return node.opType !== "Identity";
  });
}

/** The nodes that the outputs need, in their order. */
function needed({ nodes, inputs, initializers, outputs }: OnnxFile): FileNode[] {
  const wanted = new Set(outputs);
  const kept = [...nodes]
    .reverse()
    .filter((node) => {
      if (!node.outputs.some((name) => name !== "" && wanted.has(name))) return false;
      for (const name of tensorsRead(node)) wanted.add(name);
      return true;
    })
    .reverse();
  const given = new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap((node) => node.outputs),
  ]);
  const missing = outputs.find((name) => !given.has(name));
  if (missing !== undefined) throw readError(`there is no tensor "${missing}" for the option outputs`);
  return kept;
}
