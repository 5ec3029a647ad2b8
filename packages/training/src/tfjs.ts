/** Layers models of TensorFlow.js as networks to train, and back; nothing of TensorFlow.js is imported. */
export { fromLayersModel, type LayersNetwork, type LayersNetworkOptions } from "./tfjs/fromLayersModel.ts";
export type {
  LayersApi,
  LayersLayer,
  LayersModel,
  LayersNode,
  LayersTensor,
  LayersVariable,
  SymbolicTensor,
} from "./tfjs/layersModel.ts";
export { type TrainedWeights, toLayersModel } from "./tfjs/toLayersModel.ts";
