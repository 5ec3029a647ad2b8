/** One pass over the graph of a layers model, models within it included. */
import { InputError } from "../inputError.ts";
import { isModel, type LayersLayer, type LayersModel, type SymbolicTensor } from "./layersModel.ts";

/** A layer where the model applies it. */
export interface LayerCall {
  readonly layer: LayersLayer;
  /** Its name after those of the models around it, such as `base/conv1`. */
  readonly path: string;
  /** What it gives. */
  readonly tensor: SymbolicTensor;
  /** Whether a model around it is one whose `trainable` is false. */
  readonly isFrozen: boolean;
}

/**
 * The model's output where its input is `input`: `apply` gives what each layer makes of its inputs, each call once, in an order in
 * which inputs come first.
 */
export function overLayers<Result>(
  model: LayersModel,
  input: Result,
  apply: (call: LayerCall, inputs: readonly Result[]) => Result,
): Result {
  return ofModel(model, [input], { prefix: "", isFrozen: false }, apply)(model.outputs[0]!);
}

/** What the models around a layer say of it. */
interface Surroundings {
  readonly prefix: string;
  readonly isFrozen: boolean;
}

/** The results of a model within others by its tensors. */
function ofModel<Result>(
  model: LayersModel,
  inputs: readonly Result[],
  { prefix, isFrozen: isWithinFrozen }: Surroundings,
  apply: (call: LayerCall, inputs: readonly Result[]) => Result,
): (tensor: SymbolicTensor) => Result {
  const isFrozen = isWithinFrozen || !model.trainable;
  const results = new Map<number, Result>(model.inputs.map(({ id }, i) => [id, inputs[i]!]));
  return function resultOf(tensor): Result {
    const there = results.get(tensor.id);
    if (there !== undefined) return there;
    const { sourceLayer: layer, nodeIndex, tensorIndex } = tensor;
    const path = prefix + layer.name;
    const given = layer.inboundNodes[nodeIndex]!.inputTensors;
    if (given.length === 0) {
      const rule = "must not need a tensor that is none of the model's inputs";
      throw new InputError({ path: model.name, rule, value: path });
    }
    const operands = given.map(resultOf);
    const result = isModel(layer)
      ? ofModel(layer, operands, { prefix: `${path}/`, isFrozen }, apply)(layer.outputs[tensorIndex]!)
      : apply({ layer, path, tensor, isFrozen }, operands);
    results.set(tensor.id, result);
    return result;
  };
}
