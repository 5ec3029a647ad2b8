import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { resumeTraining } from "../runner/resumeTraining.ts";
import { continueComparison } from "./compare.ts";
import { planFile } from "./comparisonPlan.ts";
import { type CommandContext, trainingOptions } from "./context.ts";
import { tellResult } from "./train.ts";

/** Options of `entropy-sgd resume`. */
export interface ResumeCommand {
  readonly data?: string;
  readonly threads?: number;
  readonly budget?: number;
  readonly json?: boolean;
}

/** Lets the run, or the comparison, in a folder go on to its end; a run that has ended is told again. Gives the exit code. */
export async function resumeCommand(path: string, options: ResumeCommand, context: CommandContext): Promise<number> {
  const { data: dataFolder, threads, budget } = options;
  if (existsSync(join(path, planFile))) {
    if (budget === undefined) return continueComparison(path, options, context);
    throw new InputError(`--budget: lets one run go on, ${path} is a comparison`);
  }
  const result = await resumeTraining(path, { ...trainingOptions(context), dataFolder, threads, budget });
  return tellResult(path, result, options.json ?? false, context);
}
