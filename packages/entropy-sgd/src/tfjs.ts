/** The library's optimizers for TensorFlow.js: `tf` is an argument, nothing of it is imported. */
export type { TfjsOptimizer } from "./tfjs/adapterClass.ts";
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
export type {
  HostOptimizer,
  HostTensor,
  HostVariable,
  NamedGradients,
  NamedHostTensor,
  TensorFlow,
  ValueAndGradients,
} from "./tfjs/tensorFlow.ts";
