/** A model that was trained elsewhere, to be trained on: an ONNX file as a network. */
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { reshape, sizeOf, type Value } from "onnx-grad";
import { buildNetwork, type NetworkDefinition } from "onnx-grad/layers";
import { type ExternalDataReader, type LastActivation, type OnnxModel, readOnnx } from "onnx-grad/onnx";
import { InputError } from "../inputError.ts";
import type { NetworkSpec } from "./networkSpec.ts";

/** Options of `networkFromOnnx`. */
export interface OnnxNetworkOptions {
  /** The network's name, such as the file's: errors begin with it. */
  readonly name: string;
  /** Shape of one example of the data. */
  readonly inputShape: readonly number[];
  /** Shape of the outputs for one example that the task needs: [classes] for a classifier. */
  readonly outputShape: readonly number[];
  /** The output to train, for a model with several. */
  readonly output?: string;
  /** An activation that the task's loss applies itself: it is left out where it is the model's last operation. */
  readonly activationOfLoss?: LastActivation;
  /** Whether the last layer gets new weights where it gives another number of outputs, `head.weight` and `head.bias`. */
  readonly newHead?: boolean;
  /** Whether batch norm takes the batch's statistics in training, and dropout drops at the model's own rates; true when absent. */
  readonly trainable?: boolean;
  /** Parameters that the training will not move: batch norms whose scale is one keep the stored statistics. */
  readonly isFrozen?: (name: string) => boolean;
  /** Gives the bytes of tensors that lie in other files; without it such models are refused. */
  readonly externalData?: ExternalDataReader;
}

/** A network of a model's operations that begins with its weights and running statistics. */
export interface OnnxNetwork {
  readonly spec: NetworkSpec;
  /** What is not as the model has it, a sentence each. */
  readonly notes: readonly string[];
}

const known: KnownOptions<OnnxNetworkOptions> = {
  name: true,
  inputShape: true,
  outputShape: true,
  output: true,
  activationOfLoss: true,
  newHead: true,
  trainable: true,
  isFrozen: true,
  externalData: true,
};

/**
 * The ONNX model in `bytes`, which has one input of floats whose first axis is the batch, as a network.
 *
 * Its initial weights and running statistics are the stored ones, whatever the seed, but those of a new head. The batch may have any size, also where the
 * model states one. The dropout rate of the run is not used: the model's dropout layers have rates of their own.
 *
 * @throws TypeError for an unknown option; InputError that begins with the name for a model that cannot be read, or whose input
 *   or output does not fit
 */
export function networkFromOnnx(bytes: Uint8Array, options: OnnxNetworkOptions): OnnxNetwork {
  requireKnownOptions("networkFromOnnx", known, options);
  const { name, inputShape, outputShape, newHead = false } = options;
  const read = (numOutputs?: number): Read => readAs(bytes, options, numOutputs);
  const asItIs = read();
  const found = outputsOf(name, asItIs.define(), inputShape);
  const [before, ...more] = found;
  const isOtherCount = before !== outputShape[0] && more.length === 0 && outputShape.length === 1;
  const { model, define } = newHead && isOtherCount ? read(outputShape[0]) : asItIs;
  requireOutputs(name, outputShape, outputsOf(name, define(), inputShape));
  return { spec: { name, inputShape, outputShape, statistics: model.statistics(), define }, notes: model.changes };
}

interface Read {
  readonly model: OnnxModel;
  readonly define: () => NetworkDefinition;
}

/** The model as it is trained, with a new head where `numOutputs` is given. */
function readAs(bytes: Uint8Array, options: OnnxNetworkOptions, numOutputs: number | undefined): Read {
  const { name, output, activationOfLoss, isFrozen, externalData, trainable = true } = options;
  const model = asInputError(name, () =>
    readOnnx(bytes, {
      trainable,
      changes: {
        anyBatch: true,
        ...(output !== undefined && { outputs: [output] }),
        ...(activationOfLoss !== undefined && { withoutLast: activationOfLoss }),
        ...(numOutputs !== undefined && { newHead: numOutputs }),
      },
      ...(isFrozen !== undefined && { isFrozen }),
      ...(externalData !== undefined && { externalData }),
    }),
  );
  const definition = definitionOf(model, options);
  return { model, define: () => (context, x) => asInputError(name, () => definition(context, x)) };
}

/** The model's one output of its one input, the input brought to the model's shape. */
function definitionOf({ inputs, outputs, definition }: OnnxModel, options: OnnxNetworkOptions): NetworkDefinition {
  const { name, inputShape } = options;
  const refuse = (rule: string, names: readonly string[]): never => {
    throw new InputError({ path: name, rule, value: names, got: `it has ${names.join(", ") || "none"}` });
  };
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.dtype !== "float32")
    return refuse(
      "the model must have one input, of floats",
      inputs.map((one) => (one.dtype === "float32" ? one.name : `${one.name} of integers`)),
    );
  const [output] = outputs;
  if (output === undefined || outputs.length > 1)
    return refuse("the model must have one output; choose by output", outputs);
  const shape = exampleShape(name, inputShape, input.shape.slice(1));
  return (context, x) => {
    const [batch] = x.shape as [number];
    const fitting: Value = shape === inputShape ? x : reshape(x, [batch, ...shape]);
    return definition(context, { [input.name]: fitting })[output]!;
  };
}

/** The shape in which the model takes an example: that of the data, or one with the same numbers in the same order. */
function exampleShape(
  name: string,
  data: readonly number[],
  model: readonly (number | string | undefined)[],
): readonly number[] {
  if (model.length === data.length && model.every((size, axis) => typeof size !== "number" || size === data[axis]))
    return data;
  const withoutOnes = (sizes: readonly unknown[]): string => sizes.filter((size) => size !== 1).join("×");
  const isFlat = model.length === 1 && (typeof model[0] !== "number" || model[0] === sizeOf(data));
  if (isFlat) return [sizeOf(data)];
  if (model.every((size) => typeof size === "number") && withoutOnes(model) === withoutOnes(data)) return model;
  const shown = model.map((size) => size ?? "?").join("×");
  throw new InputError({
    path: name,
    name: "input",
    rule: `must be of examples of ${data.join("×")}, as the data are`,
    value: model,
    got: `the model takes ${shown}`,
  });
}

/** The shape of the outputs for one example, from a pass of two. @throws InputError where there are not as many outputs */
function outputsOf(name: string, definition: NetworkDefinition, inputShape: readonly number[]): number[] {
  const { logits } = buildNetwork(definition, [2, ...inputShape], "evaluation");
  const [examples, ...found] = logits.shape;
  if (examples === 2) return found;
  const rule = "must give as many outputs as it is given examples; write it with a dynamic batch axis";
  throw new InputError({ path: name, rule, value: logits.shape, got: `it gives ${logits.shape.join("×")} for 2` });
}

function requireOutputs(name: string, outputShape: readonly number[], found: readonly number[]): void {
  if (found.join() === outputShape.join()) return;
  const rule = `must give outputs of the shape ${outputShape.join("×")} for an example`;
  throw new InputError({ path: name, rule, value: found, got: `it gives ${found.join("×")}` });
}

/** What `make` gives; an error of the reader is one of input. */
function asInputError<Result>(name: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError({ path: name, rule: error.message });
  }
}
