/** What of a layers model is not supported: found before anything is read, all at once. */
import { InputError } from "../inputError.ts";
import type { LayerConfig } from "./layerReader.ts";
import { readerOf } from "./layerReaders.ts";
import { refusedActivation } from "./layers/activations.ts";
import { isModel, type LayersLayer, type LayersModel, type SymbolicTensor } from "./layersModel.ts";
import { type LayerCall, overLayers } from "./overLayers.ts";

/**
 * Throws for the function `caller` unless every layer of the model is supported.
 *
 * @throws InputError that lists every layer that is not, by its place, name and class
 */
export function requireLayers(caller: string, model: LayersModel): void {
  if (typeof model?.getClassName !== "function" || !isModel(model)) {
    const rule = "must be a model of layers: sequential or functional, built or loaded by loadLayersModel";
    throw new InputError({ path: caller, name: "model", rule, value: typeof model, got: `got ${typeof model}` });
  }
  requireOne(model, "input", model.inputs);
  requireOne(model, "output", model.outputs);
  const [input] = model.inputs as [SymbolicTensor];
  if (input.shape.slice(1).some((size) => size === null))
    throw new InputError({ path: model.name, name: "input", rule: "must have known sizes", value: input.shape });
  const refused: string[] = [];
  const numCalls = new Map<LayersLayer, number>();
  overLayers(model, 0, (call) => {
    const calls = (numCalls.get(call.layer) ?? 0) + 1;
    numCalls.set(call.layer, calls);
    const reason = refusalOf(call, calls);
    if (reason !== undefined) refused.push(`${placeOf(call, numCalls.size)} ${reason}`);
    return 0;
  });
  if (refused.length === 0) return;
  const rule = "must be made of layers that can be trained here";
  throw new InputError({ path: model.name, rule, value: refused, got: refused.join("; ") });
}

const placeOf = ({ path, layer }: LayerCall, number: number): string =>
  `layer ${number} "${path}" (${layer.getClassName()})`;

function requireOne(model: LayersModel, what: string, tensors: readonly SymbolicTensor[]): void {
  if (tensors.length === 1) return;
  const names = tensors.map(({ sourceLayer }) => sourceLayer.name);
  const rule = `must have one ${what}`;
  throw new InputError({ path: model.name, rule, value: names, got: `it has ${names.join(", ") || "none"}` });
}

/** Why a call of a layer is refused; undefined where it is supported. */
function refusalOf({ layer, tensor }: LayerCall, calls: number): string | undefined {
  const reader = readerOf(layer.getClassName());
  if (reader === undefined) return "is not supported";
  const config = layer.getConfig() as LayerConfig;
  const ranks = layer.inboundNodes[tensor.nodeIndex]!.inputTensors.map(({ shape }) => shape.length);
  const option =
    refusedActivation(config) ??
    (config.dataFormat === "channelsFirst" ? "the dataFormat channelsFirst" : undefined) ??
    constraintOf(config) ??
    (new Set(ranks).size > 1 ? `inputs of ${ranks.join(" and ")} axes` : undefined) ??
    reader.refusal?.(config, ranks);
  if (option !== undefined) return `has ${option}`;
  return calls > 1 && layer.weights.length > 0 ? "has weights and is called more than once" : undefined;
}

function constraintOf(config: LayerConfig): string | undefined {
  const name = Object.keys(config).find((option) => option.endsWith("Constraint") && config[option] != null);
  return name === undefined ? undefined : `a ${name}, which training here does not apply`;
}
