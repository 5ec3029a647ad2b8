/** Optimizers and what they are made of: directions, schedules, presets, states. */

export { allFinite } from "./allFinite.ts";
export { type AdamScalingOptions, adamScaling } from "./directions/adamScaling.ts";
export { clipByGlobalNorm } from "./directions/clipByGlobalNorm.ts";
export type { Direction, DirectionState, Placement, Segment, StepPoints, StepTerms } from "./directions/direction.ts";
export { type MomentumOptions, momentum } from "./directions/momentum.ts";
export { forEachSegment, type ParameterGroup } from "./directions/segments.ts";
export { detailsOf, type ErrorDetails, rangeError, typeError } from "./errors.ts";
export { meanInto } from "./meanInto.ts";
export { plainMemory, type SharedVectorMemory, sharedMemory } from "./memory.ts";
export type { Objective, ObjectiveWith } from "./objective.ts";
export { type AdamOptions, adam, adamDefaults, adamw, adamwDefaults } from "./optimizers/adam.ts";
export { defineOptimizer, type OptimizerDefinition } from "./optimizers/defineOptimizer.ts";
export { type ElasticSgdOptions, elasticSgd, elasticSgdDefaults } from "./optimizers/elasticSgd.ts";
export { entropyAdam, entropyAdamDefaults } from "./optimizers/entropyAdam.ts";
export {
  type Adaptive,
  type EntropySgdDefaults,
  type EntropySgdOptions,
  entropySgd,
  entropySgdDefaults,
} from "./optimizers/entropySgd.ts";
export {
  type GradientDescentOptions,
  type GradientDescentState,
  gradientDescent,
  gradientDescentDefaults,
} from "./optimizers/gradientDescent.ts";
export { localEntropyDescent } from "./optimizers/localEntropyDescent.ts";
export { type LocalEntropyOptions, localEntropyDefaults } from "./optimizers/localEntropyOptions.ts";
export type { LocalEntropyDescentOptions, LocalEntropyState } from "./optimizers/localEntropySteps.ts";
export type { NoiseForm } from "./optimizers/noiseDeviation.ts";
export { outerStep } from "./optimizers/outerStep.ts";
export { type ParleState, parle } from "./optimizers/parle.ts";
export {
  type ParleOptions,
  type ParleReplicaOptions,
  type ParleSharedOptions,
  parleDefaults,
  parleReplicaDefaults,
} from "./optimizers/parleOptions.ts";
export { type Centre, type ParleReplicaState, parleReplica } from "./optimizers/parleReplica.ts";
export { type SamOptions, type SamState, sam, samDefaults } from "./optimizers/sam.ts";
export type { SavedOptions } from "./optimizers/savedOptions.ts";
export { type SgdOptions, sgd, sgdDefaults } from "./optimizers/sgd.ts";
export { type SgldOptions, sgld, sgldDefaults } from "./optimizers/sgld.ts";
export { type SwaOptions, swa, swaDefaults } from "./optimizers/swa.ts";
export {
  type WeightAveragingOptions,
  type WeightAveragingState,
  weightAveraging,
} from "./optimizers/weightAveraging.ts";
export {
  groupOptions,
  type NamedOptimizer,
  type OptimizerName,
  optimizerNames,
  optimizersByName,
} from "./optimizersByName.ts";
export {
  type KnownOptions,
  type NamedOption,
  type OptionKind,
  type OptionSpec,
  requireKnownOptions,
} from "./options.ts";
export { type PresetName, type PresetOptions, presets } from "./presets.ts";
export type { Draw, NormalsAhead } from "./random/draw.ts";
export { distanceScope } from "./schedules/distanceScope.ts";
export { geometricScope } from "./schedules/geometricScope.ts";
export {
  type AnnealedScheduleOptions,
  annealedSchedule,
  type CosineScheduleOptions,
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  type PolynomialScheduleOptions,
  polynomialSchedule,
  type StepScheduleOptions,
  stepSchedule,
} from "./schedules/schedules.ts";
export { type Best, bestSoFar } from "./state/bestSoFar.ts";
export { clone } from "./state/clone.ts";
export { type ProgressReport, progress } from "./state/progress.ts";
export {
  type DeserialiseOptions,
  deserialise,
  type SerialisedState,
  type SerialiseOptions,
  serialise,
  stateVersion,
} from "./state/serialise.ts";
export type {
  AnyState,
  CoupledOptimizer,
  LocalEntropyProgress,
  MeasuredSchedule,
  Optimizer,
  OuterMeasurement,
  PlainData,
  Progress,
  ScalarOrSchedule,
  Schedule,
  StateOf,
  Vector,
  VectorMemory,
  VectorOf,
} from "./types.ts";
