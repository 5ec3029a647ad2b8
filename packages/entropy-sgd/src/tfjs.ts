/** The library's optimizers for TensorFlow.js: `tf` is an argument, nothing of it is imported. */
export type { TfjsOptimizer } from "./tfjs/adapterClass.ts";
export type { HostExamples } from "./tfjs/examples.ts";
export {
  adam,
  adamw,
  type EntropyOptions,
  type EntropyTfjsOptimizer,
  entropyAdam,
  entropySgd,
  registerOptimizers,
  sam,
  sgd,
  sgld,
} from "./tfjs/optimizers.ts";
export {
  type HostLayer,
  type HostModel,
  type RecalibrationOptions,
  recalibrateBatchNorm,
  type TensorFlowPasses,
} from "./tfjs/recalibrateBatchNorm.ts";
export { type SeededDatasetOptions, seededDataset, type TensorFlowData } from "./tfjs/seededDataset.ts";
export type {
  HostOptimizer,
  HostTensor,
  HostVariable,
  NamedGradients,
  NamedHostTensor,
  TensorFlow,
  ValueAndGradients,
} from "./tfjs/tensorFlow.ts";
