import { existsSync } from "node:fs";
import { join } from "node:path";
import { resumeTraining } from "../training/resumeTraining.ts";
import { continueComparison, planFile } from "./compare.ts";
import { type CommandContext, trainingOptions } from "./context.ts";
import { tellResult } from "./train.ts";

/** Options of `entropy-sgd resume`. */
export interface ResumeCommand {
  readonly data?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Lets the run, or the comparison, in a folder go on to its end; a run that has ended is told again. Gives the exit code. */
export async function resumeCommand(path: string, options: ResumeCommand, context: CommandContext): Promise<number> {
  if (existsSync(join(path, planFile))) return continueComparison(path, options, context);
  const { data: dataFolder, threads } = options;
  const result = await resumeTraining(path, { ...trainingOptions(context), dataFolder, threads });
  return tellResult(path, result, options.json ?? false, context);
}
