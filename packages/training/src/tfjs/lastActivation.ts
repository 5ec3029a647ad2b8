/** The activation at a model's end, which losses on logits apply themselves. */
import type { LayerConfig } from "./layerReader.ts";
import { isModel, type LayersModel, type SymbolicTensor } from "./layersModel.ts";
import type { LayerCall } from "./overLayers.ts";

/** Layers after it that leave it the last computation. */
const passing: readonly string[] = ["Flatten", "Reshape", "Dropout"];

/** Where an activation is applied. */
type Activation = Pick<LayerCall, "path" | "tensor">;

/** The call of the layer in which `model` ends that applies `activation`; undefined where it ends in another one. */
export function lastActivation(model: LayersModel, activation: string): Activation | undefined {
  const last = activationAtEnd(model, activation, "");
  if (last === undefined || activation !== "softmax") return last;
  const [output] = model.outputs as [SymbolicTensor];
  const { shape } = last.tensor;
  const isOne = shape.slice(1, -1).every((size) => size === 1);
  // Put into one row, the numbers of several softmaxes are not one.
  return isOne || String(shape) === String(output.shape) ? last : undefined;
}

function activationAtEnd(model: LayersModel, activation: string, prefix: string): Activation | undefined {
  let [tensor] = model.outputs as [SymbolicTensor];
  for (;;) {
    const { sourceLayer: layer, nodeIndex } = tensor;
    const path = prefix + layer.name;
    if (isModel(layer)) return activationAtEnd(layer, activation, `${path}/`);
    if (!passing.includes(layer.getClassName())) {
      const { activation: own } = layer.getConfig() as LayerConfig;
      const isLayer = layer.getClassName() === "Softmax" && activation === "softmax";
      return isLayer || own === activation ? { path, tensor } : undefined;
    }
    const [before] = layer.inboundNodes[nodeIndex]!.inputTensors;
    if (before === undefined) return undefined;
    tensor = before;
  }
}
