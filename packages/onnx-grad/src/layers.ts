/** Networks: layers with parameters, their initial values, and the context that collects both. */
export type { CarriedState } from "./layers/carriedStates.ts";
export { initialiseInto } from "./layers/initialiseInto.ts";
export {
  filled,
  glorotUniform,
  heNormal,
  type Initialiser,
  normal,
  type RandomSource,
  torchDefault,
  uniform,
} from "./layers/initialisers.ts";
export * as layers from "./layers/layers.ts";
export {
  type BatchStatistics,
  buildNetwork,
  type InputSpec,
  type Mask,
  type Network,
  type NetworkContext,
  type NetworkDefinition,
  type NetworkMode,
  type Parameter,
  type ParameterBlock,
  type ParameterKind,
  type RunningStatistics,
  type Values,
} from "./layers/network.ts";
export { uniqueNames } from "./layers/uniqueNames.ts";
