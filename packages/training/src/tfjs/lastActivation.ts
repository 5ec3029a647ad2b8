/** The activation at a model's end, which losses on logits apply themselves. */
import type { LayerConfig } from "./layerReader.ts";
import { isModel, type LayersModel, type SymbolicTensor } from "./layersModel.ts";
import type { LayerCall } from "./overLayers.ts";

/** Layers after it that leave it the last computation. */
const passing: readonly string[] = ["Flatten", "Reshape", "Dropout"];

/** The call of the layer in which `model` ends that applies `activation`; undefined where it ends in another one. */
export function lastActivation(model: LayersModel, activation: string, prefix = ""): LayerCall | undefined {
  let [tensor] = model.outputs as [SymbolicTensor];
  for (;;) {
    const { sourceLayer: layer, nodeIndex } = tensor;
    const path = prefix + layer.name;
    if (isModel(layer)) return lastActivation(layer, activation, `${path}/`);
    if (!passing.includes(layer.getClassName())) {
      const { activation: own } = layer.getConfig() as LayerConfig;
      const isLayer = layer.getClassName() === "Softmax" && activation === "softmax";
      return isLayer || own === activation ? { layer, path, tensor } : undefined;
    }
    const [before] = layer.inboundNodes[nodeIndex]!.inputTensors;
    if (before === undefined) return undefined;
    tensor = before;
  }
}
