/** A model of TensorFlow.js, to be trained on natively: a layers model as a network. */
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { reshape } from "onnx-grad";
import { buildNetwork, type NetworkDefinition } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { classification } from "../tasks/classification.ts";
import type { Task } from "../tasks/task.ts";
import { lastActivation } from "./lastActivation.ts";
import type { LayerConfig } from "./layerReader.ts";
import { type LayersApi, type LayersModel, type LayersVariable, requireLayersApi } from "./layersModel.ts";
import { inputShapeOf, reordered } from "./layout.ts";
import { overLayers } from "./overLayers.ts";
import { readLayers } from "./readLayers.ts";
import { requireLayers } from "./requireLayers.ts";

/** Options of `fromLayersModel`. */
export interface LayersNetworkOptions {
  /** What will be learnt, as `compileNetwork` is told; classification when absent. */
  readonly task?: Task;
  /** Shape of one example of the data, where the model takes the same numbers in the same order with other axes. */
  readonly inputShape?: readonly number[];
}

/** A network of a model's layers that begins with its weights and running statistics. */
export interface LayersNetwork {
  readonly spec: NetworkSpec;
  /** What is not as the model has it, a sentence each. */
  readonly notes: readonly string[];
}

const known: KnownOptions<LayersNetworkOptions> = { task: true, inputShape: true };

/**
 * The sequential or functional `model` as a network, for `compileNetwork` and `train`; `toLayersModel` writes back what was trained.
 *
 * An example is what data sets here give: an image has its channels first, [channels × rows × columns], where the model has them
 * last; outputs that are images too. Initial weights and statistics are the model's, whatever the seed. Weights of layers whose
 * `trainable` is false are constants of the network, and such a batch norm keeps its statistics (TensorFlow.js would take the
 * batch's in training). Dropout has the model's rates. Running statistics are means over the training data as everywhere here: the
 * momentum of batch norms is not used. The last softmax or sigmoid is left out where the task's loss applies it. The model is only
 * read.
 *
 * @param tf - the module `@tensorflow/tfjs` that made the model
 * @throws TypeError for an unknown option; InputError for another version of TensorFlow.js, a model without trainable weights, with
 *   several inputs or outputs, or one with layers that are not supported, which lists each of them by place, name and class
 */
export async function fromLayersModel(
  tf: LayersApi,
  model: LayersModel,
  options: LayersNetworkOptions = {},
): Promise<LayersNetwork> {
  requireKnownOptions("fromLayersModel", known, options);
  requireLayersApi("fromLayersModel", tf);
  requireLayers("fromLayersModel", model);
  const { task = classification() } = options;
  const last = task.activationOfLoss === undefined ? undefined : lastActivation(model, task.activationOfLoss);
  const values = await storedValues(model);
  const valuesOf = (variable: LayersVariable): ArrayLike<number> => values.get(variable)!;
  const { definition, stored } = readLayers(model, { valuesOf, withoutActivation: last?.tensor });
  const takes = inputShapeOf(model);
  const { inputShape = takes } = options;
  if (inputShape !== takes) requireSameOrder(model.name, takes, inputShape);
  const fitting: NetworkDefinition = (context, x) => definition(context, reshape(x, [x.shape[0]!, ...takes]));
  const { logits, parameters, runningStatistics } = buildNetwork(fitting, [1, ...inputShape], "evaluation");
  if (parameters.length === 0) {
    const rule = "must have weights to train";
    throw new InputError({
      path: model.name,
      rule,
      value: [],
      got: `none of its ${model.weights.length} is trainable`,
    });
  }
  const statistics = runningStatistics.flatMap(({ name }) => [`${name}.mean`, `${name}.variance`]);
  return {
    spec: {
      name: model.name,
      inputShape,
      outputShape: logits.shape.slice(1),
      statistics: Object.fromEntries(
        statistics.map((name) => {
          const { variable, order } = stored.get(name)!;
          return [name, reordered(valuesOf(variable), order)];
        }),
      ),
      define: () => fitting,
    },
    notes: [
      ...(last === undefined
        ? []
        : [`the last activation, ${task.activationOfLoss} of "${last.path}", is left out: the loss applies it`]),
      ...notesOnRegularizers(model),
    ],
  };
}

/** The numbers of all weights. They are copied: on some backends they are the tensor's own. */
async function storedValues(model: LayersModel): Promise<ReadonlyMap<LayersVariable, ArrayLike<number>>> {
  const entries = model.weights.map(
    async (variable) => [variable, Float32Array.from(await variable.read().data())] as const,
  );
  return new Map(await Promise.all(entries));
}

/** Throws unless examples of the shape `data` hold the numbers of those that the model takes, in their order. */
function requireSameOrder(path: string, model: readonly number[], data: readonly number[]): void {
  const withoutOnes = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join("×");
  const isFlat =
    Array.isArray(data) && model.length === 1 && data.length === 3 && data[0] === 1 && model[0] === data[1]! * data[2]!;
  if (isFlat || (Array.isArray(data) && withoutOnes(model) === withoutOnes(data))) return;
  const rule = `must be ${model.join("×")} but for axes of size 1, or an image of one channel where the model takes rows`;
  throw new InputError({ path, name: "inputShape", rule, value: data });
}

function notesOnRegularizers(model: LayersModel): string[] {
  const paths: string[] = [];
  overLayers(model, 0, ({ layer, path }) => {
    const config = layer.getConfig() as LayerConfig;
    if (Object.keys(config).some((option) => option.endsWith("Regularizer") && config[option] != null))
      paths.push(path);
    return 0;
  });
  return paths.length === 0 ? [] : [`the regularizers of ${paths.join(", ")} are no part of the task's loss`];
}
