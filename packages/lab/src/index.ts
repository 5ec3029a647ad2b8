export { type CommandContext, exitCodes } from "./cli/context.ts";
export { main } from "./cli/main.ts";
export { makeOptimizer } from "./config/makeOptimizer.ts";
export { type Recipe, type RecipeName, recipeNames, recipeOf } from "./config/recipes.ts";
export { resolveSettings, type Settings, type SettingsRequest } from "./config/settings.ts";
export { type ArraySplitOptions, arraySplit } from "./data/arraySplit.ts";
export { type LoadMnistOptions, loadMnist } from "./data/loadMnist.ts";
export { pooled } from "./data/pooled.ts";
export { type DataTaker, requireFit } from "./data/requireFit.ts";
export { byPermutation, type Sampler, withReplacement } from "./data/sampler.ts";
export type { DataSet, Split } from "./data/split.ts";
export { InputError } from "./inputError.ts";
export { type CompileNetworkOptions, compileNetwork } from "./model/compileNetwork.ts";
export { batchFiller, maskFiller } from "./model/fillers.ts";
export type { DropoutMask, Evaluation, TrainableModel } from "./model/trainableModel.ts";
export { type NetworkSpec, networks } from "./networks/networks.ts";
export { type DrawingOptions, drawFigure, type Figure, type FigureWords } from "./report/drawFigure.ts";
export type { FigureAxis, FigureMark, FigureOptions } from "./report/figureOptions.ts";
export { type SeriesStyle, seriesColor, seriesColors } from "./report/styles.ts";
export { writeReport } from "./report/writeReport.ts";
export {
  type Checkpoint,
  type NewCheckpoint,
  type RunIdentity,
  type RunModel,
  readCheckpoint,
  writeCheckpoint,
} from "./runs/checkpoint.ts";
export { type CheckpointFiles, checkedFiles, type FoundCheckpoint, newestIntact } from "./runs/checkpoints.ts";
export { currentEnvironment, type Environment } from "./runs/environment.ts";
export { type RunRecord, readRun, readWeights } from "./runs/readRun.ts";
export { type Spread, type Summary, summarise } from "./runs/summarise.ts";
export type { CheckpointPolicy } from "./training/checkpointSchedule.ts";
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
  RecordedEvaluation,
  ResumeEvent,
  ResumePoint,
  RollbackEvent,
  RunEvent,
  RunResult,
  StartEvent,
  TrainEvent,
  TrainSnapshot,
  WarningEvent,
} from "./training/events.ts";
export { type Plan, planOf } from "./training/plan.ts";
export { continueTraining, type ResumeOptions, resumeTraining } from "./training/resumeTraining.ts";
export { type RunTrainingOptions, runTraining, type TrainingOptions } from "./training/runTraining.ts";
export { train } from "./training/train.ts";
export type { Sampling, TrainOptions } from "./training/trainOptions.ts";
