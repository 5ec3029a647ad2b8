export { type CommandContext, exitCodes } from "./commands/context.ts";
export { main } from "./commands/main.ts";
export { writeReport } from "./pages/writeReport.ts";
export { type DrawingOptions, drawFigure, type Figure, type FigureWords } from "./report/drawFigure.ts";
export type { FigureAxis, FigureMark, FigureOptions } from "./report/figureOptions.ts";
export { type SeriesStyle, seriesColor, seriesColors } from "./report/styles.ts";
export { makeOptimizer } from "./runner/makeOptimizer.ts";
export { continueTraining, type ResumeOptions, resumeTraining } from "./runner/resumeTraining.ts";
export { type RunTrainingOptions, runTraining, type TrainingOptions } from "./runner/runTraining.ts";
export { type FoundCheckpoint, newestIntact } from "./runs/checkpointFolder.ts";
export {
  type Checkpoint,
  type NewCheckpoint,
  type RunIdentity,
  readCheckpoint,
  writeCheckpoint,
} from "./runs/checkpointFormat.ts";
export { currentEnvironment, type Environment } from "./runs/environment.ts";
export { type RunRecord, readRun, readWeights } from "./runs/readRun.ts";
export type { ResumeEvent, RollbackEvent, RunEvent } from "./runs/runEvents.ts";
export { type Summary, summarise } from "./runs/summarise.ts";
export type {
  ApiError,
  CompareAnswer,
  ComparedDifference,
  ComparedGroup,
  ComparedQuantity,
  Comparison,
  Curve,
  CurveAxis,
  CurveColumn,
  DetailContent,
  EvaluationRow,
  FieldList,
  GroupList,
  GroupResults,
  GroupRow,
  LogBatch,
  MeasurementEntry,
  MissingFigure,
  Notice,
  RunDetail,
  RunFacts,
  RunList,
  RunRow,
  StreamEvents,
} from "./serve/api.ts";
export { type Recipe, type RecipeName, recipeNames, recipeOf } from "./settings/recipes.ts";
export { resolveSettings, type SettingsRequest } from "./settings/resolveSettings.ts";
export type { Settings } from "./settings/settings.ts";
