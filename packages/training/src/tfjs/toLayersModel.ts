/** What was trained, written back to the layers model that it came from. */
import { sizeOf } from "onnx-grad";
import { buildNetwork, type Network } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import { requireFiniteWeights } from "../model/requireFiniteWeights.ts";
import { type LayersApi, type LayersModel, requireLayersApi } from "./layersModel.ts";
import { inputShapeOf, reorderedBack } from "./layout.ts";
import { readLayers, type StoredWeight } from "./readLayers.ts";
import { requireLayers } from "./requireLayers.ts";

/** What training has made of a network. */
export interface TrainedWeights {
  /** All parameters, shape (numParams,). */
  readonly params: Float32Array;
  /** Running statistics of batch norms by name, such as the compiled model's `statistics`. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
}

/**
 * Writes what a network of `fromLayersModel` has learnt to `model`, which it came from, or to one of the same layers: it then
 * predicts what the network does, but for the last activation, which it still has. Weights of layers that are not trainable, and
 * statistics that are not given, stay as they are.
 *
 * @throws InputError for a model that `fromLayersModel` does not read, and for weights or statistics of other sizes or that are not
 *   finite; nothing is written then
 */
export function toLayersModel(tf: LayersApi, model: LayersModel, trained: TrainedWeights): void {
  requireLayersApi("toLayersModel", tf);
  requireLayers("toLayersModel", model);
  const { params, statistics = {} } = trained ?? {};
  const valuesOf = ({ shape }: { readonly shape: readonly (number | null)[] }): Float32Array =>
    new Float32Array(sizeOf(shape as readonly number[]));
  const { definition, stored } = readLayers(model, { valuesOf });
  const network = buildNetwork(definition, [1, ...inputShapeOf(model)], "evaluation");
  requireTrained(model.name, network, params);
  const found = [...parametersOf(network, params), ...Object.entries(statistics)];
  const writes = found.map(([name, values]) => [placeOf(model.name, stored, name, values), values] as const);
  for (const [{ variable, order }, values] of writes) {
    const tensor = tf.tensor(reorderedBack(values, order), [...(variable.shape as readonly number[])]);
    variable.write(tensor);
    tensor.dispose();
  }
}

function requireTrained(
  path: string,
  { numParams, parameters }: Network,
  params: unknown,
): asserts params is Float32Array {
  if (!(params instanceof Float32Array))
    throw new InputError({ path, name: "params", rule: "must be a Float32Array", value: params });
  if (params.length !== numParams) {
    const rule = `must be the ${numParams} of the model's layers that are trainable`;
    throw new InputError({ path, name: "params", rule, value: params.length });
  }
  requireFiniteWeights(
    `${path}: params`,
    params,
    parameters.map(({ block }) => block),
  );
}

/** The pieces of the flat vector by name. */
function parametersOf({ parameters }: Network, params: Float32Array): (readonly [string, Float32Array])[] {
  return parameters.map(({ block: { name, offset, shape } }) => [
    name,
    params.subarray(offset, offset + sizeOf(shape)),
  ]);
}

/** Where a parameter or statistic is stored. @throws InputError for one that the model has not, or has in another size */
function placeOf(
  path: string,
  stored: ReadonlyMap<string, StoredWeight>,
  name: string,
  values: Float32Array,
): StoredWeight {
  const there = stored.get(name);
  const refuse = (rule: string, value: unknown): never => {
    throw new InputError({ path, name: `statistics.${name}`, rule, value });
  };
  if (there === undefined) return refuse("must be of a batch norm that the model trains", name);
  const size = sizeOf(there.order.shape);
  if (values.length !== size) refuse(`must have ${size} numbers`, values.length);
  if (!values.every(Number.isFinite))
    refuse(
      "must be finite",
      values.find((value) => !Number.isFinite(value)),
    );
  return there;
}
