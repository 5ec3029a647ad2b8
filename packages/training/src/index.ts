/** Data sets as arrays, networks, models and the training loop; for Node, browsers and workers. */
export { type ArraySplitOptions, arraySplit } from "./data/arraySplit.ts";
export { augmentations } from "./data/augment.ts";
export type { Augmentation } from "./data/augmentation.ts";
export {
  type Block,
  type BlockSplit,
  type BlockSplitOptions,
  blockSplit,
  type StreamSplitOptions,
  streamSplit,
} from "./data/blockSplit.ts";
export { classified } from "./data/classified.ts";
export { type DataSetDescription, describeDataSet, type PerSplit, splitNames } from "./data/describeDataSet.ts";
export { type HoldOutOptions, holdOut } from "./data/holdOut.ts";
export { imageSplit } from "./data/imageSplit.ts";
export { fitted, fittedExamples, pooled } from "./data/pooled.ts";
export type {
  ImagePreparation,
  InputColumn,
  Preparation,
  Standardisation,
  TablePreparation,
  TextPreparation,
} from "./data/preparation.ts";
export { type DataTaker, requireFit, requireSplit } from "./data/requireFit.ts";
export { byBlocks, byLanes, byPermutation, type Sampler, withReplacement } from "./data/sampler.ts";
export { type ShapeOptions, spirals, twoMoons } from "./data/shapes.ts";
export {
  type AnySplit,
  type DataSet,
  type Examples,
  type HeldOut,
  isLabelled,
  type Split,
  type TargetSplit,
} from "./data/split.ts";
export { fittedStandardisation, type RawExamples, standardised } from "./data/standardise.ts";
export { subset } from "./data/subset.ts";
export { type TargetReader, targetReader } from "./data/targetReader.ts";
export { type TargetSplitOptions, targetSplit } from "./data/targetSplit.ts";
export { isText, type TextSplit, type TextSplitOptions, textSplit } from "./data/textSplit.ts";
export { InputError } from "./inputError.ts";
export {
  Interruption,
  interruptible,
  isTimeLimit,
  type StopSignal,
  throwIfInterrupted,
  unlessInterrupted,
  wasInterrupted,
} from "./interruption.ts";
export { type CheckpointRequests, checkpointMessage, checkpointRequests } from "./loop/checkpointRequests.ts";
export {
  type CheckpointPolicy,
  type CheckpointSchedule,
  checkpointSchedule,
  noCheckpoints,
} from "./loop/checkpointSchedule.ts";
export { hasDiverged } from "./loop/divergence.ts";
export { type Errors, errorsOf, finiteOrNull, primaryResultOf } from "./loop/errorsOf.ts";
export type {
  CheckpointEvent,
  CheckpointReason,
  EndEvent,
  EndReason,
  EvaluationEvent,
  GradientEvent,
  KeptEvaluation,
  LoopPosition,
  NonFiniteEvent,
  OuterEvent,
  PrimaryResult,
  RecordedEvaluation,
  ResumePoint,
  RunResult,
  StartEvent,
  TrainEvent,
  TrainSnapshot,
  WarningEvent,
} from "./loop/events.ts";
export { numEvaluations, withEvaluation } from "./loop/keptEvaluations.ts";
export {
  type EvaluationTimes,
  evaluationAfter,
  evaluationIsDue,
  type Plan,
  plannedOptions,
  planOf,
} from "./loop/plan.ts";
export { costsOf, type PrimaryValues, primaryOf } from "./loop/primaryOf.ts";
export type { MissingReplica, Replica, SharedMean } from "./loop/replica.ts";
export { isKept, isThinned, numKeptWhole } from "./loop/thinning.ts";
export { train } from "./loop/train.ts";
export { requireSampling, type Sampling, type TrainOptions } from "./loop/trainOptions.ts";
export { bindParameters } from "./model/bindParameters.ts";
export { type CarriedArrays, carryStates } from "./model/carriedArrays.ts";
export { chooseDevice, type DeviceChoice } from "./model/chooseDevice.ts";
export { type CompileGraphOptions, compileGraph, requireThreads } from "./model/compileGraph.ts";
export { type CompileNetworkOptions, compileNetwork } from "./model/compileNetwork.ts";
export type { EvaluationOptions } from "./model/evaluationOptions.ts";
export {
  type EvaluationPrograms,
  evaluationPrograms,
  type UseOutputs,
} from "./model/evaluationPrograms.ts";
export { batchFiller, maskFiller } from "./model/fillers.ts";
export { filterNormalisedDirection } from "./model/filterNormalisedDirection.ts";
export { interpreterPlatform } from "./model/interpreterPlatform.ts";
export { lossAndGradients } from "./model/lossAndGradients.ts";
export { type NetworkObjective, type NetworkObjectiveOptions, networkObjective } from "./model/networkObjective.ts";
export {
  type FactorOptions,
  matches,
  type ParameterPatterns,
  parameterGroups,
} from "./model/parameterGroups.ts";
export type { Platform, WebGpu } from "./model/platform.ts";
export { requireFiniteWeights } from "./model/requireFiniteWeights.ts";
export { type TokenSteps, type TokenStepsOptions, tokenSteps } from "./model/tokenSteps.ts";
export type { DropoutMask, Evaluation, TrainableModel } from "./model/trainableModel.ts";
export { adaptiveNetworks } from "./networks/adaptive.ts";
export type { AdaptiveNetwork, ExampleShapes } from "./networks/adaptiveNetwork.ts";
export { buildSpec } from "./networks/buildSpec.ts";
export { mlp } from "./networks/fullyConnected.ts";
export type { NetworkSpec } from "./networks/networkSpec.ts";
export { networks } from "./networks/networks.ts";
export { printable, printableJson, shown } from "./printable.ts";
export { binary } from "./tasks/binary.ts";
export { type ClassificationOptions, classification } from "./tasks/classification.ts";
export { type LossTaskOptions, lossTask } from "./tasks/lossTask.ts";
export { multilabel } from "./tasks/multilabel.ts";
export { outputShapeFor } from "./tasks/outputShapeFor.ts";
export { type RegressionOptions, regression } from "./tasks/regression.ts";
export { type LogitScores, scoreLogits } from "./tasks/scoreLogits.ts";
export { sequence } from "./tasks/sequence.ts";
export {
  type Better,
  type Guess,
  type Metrics,
  type PrimaryMetric,
  primaryMetricOf,
  type Scorer,
  type Scores,
  type TargetSpec,
  type Targets,
  type Task,
  type TokenScores,
} from "./tasks/task.ts";
export { type TaskFactory, tasks } from "./tasks/tasks.ts";
