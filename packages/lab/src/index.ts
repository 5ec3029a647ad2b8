export { type CommandContext, exitCodes } from "./cli/context.ts";
export { main } from "./cli/main.ts";
export { makeOptimizer } from "./config/makeOptimizer.ts";
export { type Recipe, recipeOf } from "./config/recipes.ts";
export { resolveSettings, type Settings, type SettingsRequest } from "./config/settings.ts";
export { type ArraySplitOptions, arraySplit } from "./data/arraySplit.ts";
export { type LoadMnistOptions, loadMnist } from "./data/loadMnist.ts";
export { pooled } from "./data/pooled.ts";
export { byPermutation, type Sampler, withReplacement } from "./data/sampler.ts";
export type { DataSet, Split } from "./data/split.ts";
export { InputError } from "./inputError.ts";
export { type CompileNetworkOptions, compileNetwork } from "./model/compileNetwork.ts";
export { batchFiller, maskFiller } from "./model/fillers.ts";
export type { DropoutMask, Evaluation, TrainableModel } from "./model/trainableModel.ts";
export { type NetworkSpec, networks } from "./networks/networks.ts";
export { palette, standaloneSvg } from "./report/figures.ts";
export { writeReport } from "./report/writeReport.ts";
export { currentEnvironment, type Environment } from "./runs/environment.ts";
export { type RunRecord, readRun, readWeights } from "./runs/readRun.ts";
export { createRunFolder, type RunFolder } from "./runs/runFolder.ts";
export { type Spread, type Summary, summarise } from "./runs/summarise.ts";
export type {
  EndEvent,
  EndReason,
  EvaluationEvent,
  GradientEvent,
  OuterEvent,
  RunResult,
  StartEvent,
  TrainEvent,
} from "./training/events.ts";
export { type Plan, planOf } from "./training/plan.ts";
export { type RunTrainingOptions, runTraining } from "./training/runTraining.ts";
export { type Sampling, type TrainOptions, train } from "./training/train.ts";
