/** Layers models as networks: the graph, and where each of its weights is stored. */
import { constant, type Value } from "onnx-grad";
import { type NetworkContext, type NetworkDefinition, type ParameterKind, uniqueNames } from "onnx-grad/layers";
import type { LayerConfig, LayerReading, OrderOf } from "./layerReader.ts";
import { readerOf } from "./layerReaders.ts";
import type { LayersModel, LayersVariable, SymbolicTensor } from "./layersModel.ts";
import { asStored, asThere, type LayerTensor, type Order, reordered } from "./layout.ts";
import { type LayerCall, overLayers } from "./overLayers.ts";

/** Where a parameter or a running statistic is stored. */
export interface StoredWeight {
  readonly variable: LayersVariable;
  readonly order: Order;
}

/** How a model is read. */
export interface ReadLayersOptions {
  /** The stored numbers of a weight. */
  valuesOf(variable: LayersVariable): ArrayLike<number>;
  /** The result of a layer whose activation is left out. */
  readonly withoutActivation?: SymbolicTensor | undefined;
}

/** A model that is read. */
export interface LayersReading {
  /** Takes examples in the order that they have here. */
  readonly definition: NetworkDefinition;
  /** By the names of parameters, and of running statistics such as `bn1.mean`; complete once the definition was built. */
  readonly stored: ReadonlyMap<string, StoredWeight>;
}

/** What is kept from one build of the network to the next. */
interface Kept extends ReadLayersOptions {
  readonly trainable: ReadonlySet<LayersVariable>;
  readonly nameFor: (path: string) => string;
  readonly stored: Map<string, StoredWeight>;
  readonly constants: Map<LayersVariable, Value>;
}

/** The model, whose layers must be supported, as a network. */
export function readLayers(model: LayersModel, options: ReadLayersOptions): LayersReading {
  const kept: Kept = {
    ...options,
    trainable: new Set(model.trainableWeights),
    nameFor: uniqueNames(["inputs", "labels", "targets"]),
    stored: new Map(),
    constants: new Map(),
  };
  const numEnds = callsOf(model, options.withoutActivation);
  const definition: NetworkDefinition = (context, inputs) => {
    const numCalls = new Map<string, number>();
    let ends = 0;
    const output = overLayers<LayerTensor>(model, { value: inputs }, (call, operands) => {
      const number = (numCalls.get(call.path) ?? 0) + 1;
      numCalls.set(call.path, number);
      // No name of a layer has a space.
      const name = kept.nameFor(number === 1 ? call.path : `${call.path} ${number}`);
      // A model within this one may be applied several times and end it with the last.
      const isEnd = call.tensor === options.withoutActivation && ++ends === numEnds;
      return readCall({ ...call, isEnd }, name, operands as readonly [LayerTensor, ...LayerTensor[]], context, kept);
    });
    return output.channels === undefined ? output.value : asThere(output);
  };
  return { definition, stored: kept.stored };
}

/** How often the model makes a tensor. */
function callsOf(model: LayersModel, tensor: SymbolicTensor | undefined): number {
  let calls = 0;
  overLayers(model, 0, (call) => {
    if (call.tensor === tensor) calls++;
    return 0;
  });
  return calls;
}

const kinds: Readonly<Record<string, ParameterKind>> = { bias: "bias", gamma: "normalization", beta: "normalization" };

/** What the variable is to its layer, such as `kernel`. */
const roleOf = ({ originalName }: LayersVariable): string => originalName.split("/").at(-1)!;

function readCall(
  { layer, isFrozen, isEnd }: LayerCall & { readonly isEnd: boolean },
  name: string,
  inputs: readonly [LayerTensor, ...LayerTensor[]],
  context: NetworkContext,
  kept: Kept,
): LayerTensor {
  const variableOf = (role: string): LayersVariable | undefined => layer.weights.find((one) => roleOf(one) === role);
  const place = (variable: LayersVariable, order: OrderOf): StoredWeight => ({
    variable,
    order: order(variable.shape as readonly number[]),
  });
  if (isEnd && layer.weights.length === 0) return inputs[0];
  const config = layer.getConfig() as LayerConfig;
  const reading: LayerReading = {
    inputs,
    config: isEnd ? { ...config, activation: "linear" } : config,
    context,
    name,
    isFrozen: isFrozen || !layer.trainable,
    weight(role, order = asStored) {
      const variable = variableOf(role);
      if (variable === undefined) return undefined;
      const weight = place(variable, order);
      const isTrained = kept.trainable.has(variable);
      return isTrained ? parameter(`${name}/${role}`, weight, context, kept) : constantOf(weight, kept);
    },
    isTrainable(role) {
      const variable = variableOf(role);
      return variable !== undefined && kept.trainable.has(variable);
    },
    keepStatistics(mean, variance, order) {
      kept.stored.set(`${name}.mean`, place(variableOf(mean)!, order));
      kept.stored.set(`${name}.variance`, place(variableOf(variance)!, order));
    },
  };
  return readerOf(layer.getClassName())!.read(reading);
}

function parameter(name: string, weight: StoredWeight, context: NetworkContext, kept: Kept): Value {
  const { variable, order } = weight;
  kept.stored.set(name, weight);
  const initialiser = (out: Float32Array): void => out.set(reordered(kept.valuesOf(variable), order));
  return context.parameter(name, order.shape, initialiser, kinds[roleOf(variable)] ?? "weight");
}

function constantOf({ variable, order }: StoredWeight, kept: Kept): Value {
  const there = kept.constants.get(variable);
  if (there !== undefined) return there;
  const value = constant(reordered(kept.valuesOf(variable), order), order.shape);
  kept.constants.set(variable, value);
  return value;
}
