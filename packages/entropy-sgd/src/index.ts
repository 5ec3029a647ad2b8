export { type DenseHessian, denseHessian } from "./curvature/denseHessian.ts";
export {
  type Eigenpair,
  type ExtremeEigenpairs,
  type ExtremeEigenpairsOptions,
  extremeEigenpairs,
} from "./curvature/extremeEigenpairs.ts";
export {
  type FiniteDifferenceOptions,
  finiteDifferenceHessian,
  hessianOperator,
  type SymmetricOperator,
} from "./curvature/hessianOperator.ts";
export { hessianTrace, type TraceEstimate, type TraceOptions } from "./curvature/hessianTrace.ts";
export { extremeRitzVectors, type LanczosOptions, type LanczosResult, lanczos } from "./curvature/lanczos.ts";
export { magnitudeRelative } from "./curvature/magnitudeRelative.ts";
export { type NearZeroShare, nearZeroShare } from "./curvature/nearZeroShare.ts";
export {
  type SpectralDensity,
  type SpectralDensityOptions,
  type SpectralProbe,
  spectralDensity,
} from "./curvature/spectralDensity.ts";
export {
  type SymmetricEigen,
  type SymmetricMatrix,
  symmetricEigen,
  symmetricEigenvalues,
  symmetricEigenvaluesInTurns,
} from "./curvature/symmetricEigen.ts";
export { type Tridiagonal, tridiagonalEigen } from "./curvature/tridiagonalEigen.ts";
export { type AdamScalingOptions, adamScaling } from "./directions/adamScaling.ts";
export { clipByGlobalNorm } from "./directions/clipByGlobalNorm.ts";
export type { Direction, DirectionState, Segment, StepPoints, StepTerms } from "./directions/direction.ts";
export { type MomentumOptions, momentum } from "./directions/momentum.ts";
export { forEachSegment, type ParameterGroup } from "./directions/segments.ts";
export { type AscentSharpness, type AscentSharpnessOptions, ascentSharpness } from "./flatness/ascentSharpness.ts";
export { type NoiseOptions, type NoiseRise, noiseRise, type ScoreAt } from "./flatness/noiseRise.ts";
export { type PacBayesOptions, type PacBayesSigma, pacBayesSigma } from "./flatness/pacBayesSigma.ts";
export { couplingEntropy } from "./localEntropy/couplingEntropy.ts";
export { type EntropyBounds, entropyBounds, withinBounds } from "./localEntropy/entropyBounds.ts";
export type { LadderEstimate, RungSummary } from "./localEntropy/ladderEstimate.ts";
export { type LaplaceEstimate, type LaplaceOptions, laplaceEntropy } from "./localEntropy/laplaceEntropy.ts";
export type { LocalEntropyEstimate, LossAt, Neighbourhood } from "./localEntropy/localEntropyEstimate.ts";
export { scopeEntropy } from "./localEntropy/scopeEntropy.ts";
export { logMeanExpEntropy, smoothedLossBound } from "./localEntropy/smoothedLoss.ts";
export { type LadderOptions, ladderEvaluations } from "./localEntropy/temperedLadders.ts";
export type { GaussianDrawsOptions } from "./localEntropy/weightedDraws.ts";
export { plainMemory, type SharedVectorMemory, sharedMemory } from "./memory.ts";
export { type AdamOptions, adam, adamDefaults, adamw, adamwDefaults } from "./optimizers/adam.ts";
export { defineOptimizer, type OptimizerDefinition } from "./optimizers/defineOptimizer.ts";
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
export {
  type LocalEntropyDescentOptions,
  type LocalEntropyState,
  localEntropyDescent,
} from "./optimizers/localEntropyDescent.ts";
export { type LocalEntropyOptions, localEntropyDefaults, type Placement } from "./optimizers/localEntropyOptions.ts";
export type { NoiseForm } from "./optimizers/noiseDeviation.ts";
export { outerStep } from "./optimizers/outerStep.ts";
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
export type { NamedOption, OptionKind, OptionSpec } from "./options.ts";
export { groupOptions, type OptimizerName, optimizerOptions } from "./optionsTable.ts";
export { type PresetName, type PresetOptions, presets } from "./presets.ts";
export type { Draw, NormalsAhead } from "./random/draw.ts";
export { bernoulliMaskInto, normalInto, uniformInto } from "./random/fills.ts";
export { integersInto, permutationInto } from "./random/integers.ts";
export {
  type NormalsWorker,
  type NormalsWorkerData,
  normalsWorker,
  type SpawnWorker,
} from "./random/normalsAhead.ts";
export { philoxInto, philoxRounds, type RandomKey } from "./random/philox.ts";
export { randomKey } from "./random/randomKey.ts";
export {
  type CriticalPoint,
  type CriticalPointOptions,
  findCriticalPoint,
  type GradientField,
} from "./saddles/findCriticalPoint.ts";
export { type LbfgsOptions, type LbfgsResult, lbfgs } from "./saddles/lbfgs.ts";
export { type MinresOptions, type MinresResult, minres } from "./saddles/minres.ts";
export { type ChainMean, chainMean, splitRHat } from "./sampling/diagnostics.ts";
export {
  adjustedLangevin,
  type EnergyAndGradient,
  type EnergyAt,
  type LangevinOptions,
  type LangevinResult,
  type LangevinSample,
  langevin,
} from "./sampling/langevin.ts";
export { modifiedGibbs } from "./sampling/modifiedGibbs.ts";
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
export {
  type Difference,
  type DifferenceOptions,
  judgedDifference,
  type PairedDifference,
  pairedDifference,
  unpairedDifference,
} from "./statistics/difference.ts";
export { type MeanEstimate, meanEstimate } from "./statistics/meanEstimate.ts";
export { type RankCorrelation, rankCorrelation } from "./statistics/rankCorrelation.ts";
export { studentCdf, studentQuantile } from "./statistics/student.ts";
export type {
  Optimizer,
  PlainData,
  Progress,
  ScalarOrSchedule,
  Schedule,
  StateOf,
  Vector,
  VectorMemory,
  VectorOf,
} from "./types.ts";
