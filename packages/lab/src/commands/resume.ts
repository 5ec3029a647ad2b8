import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { resumeTraining } from "../runner/resumeTraining.ts";
import { type CommandDefinition, jsonAtEnd } from "./commandDefinition.ts";
import { continueComparison } from "./compare.ts";
import { planFile } from "./comparisonPlan.ts";
import { type CommandContext, trainingOptions } from "./context.ts";
import { count, positive } from "./options.ts";
import { tellResult } from "./train.ts";

/** Options of `entropy-sgd resume`. */
export interface ResumeCommand {
  readonly data?: string;
  readonly threads?: number;
  readonly budget?: number;
  readonly json?: boolean;
}

/** `entropy-sgd resume`. */
export const definition: CommandDefinition = {
  examples: ["runs/one"],
  declare: (command, context, done) =>
    jsonAtEnd(command)
      .description("Let an interrupted run or comparison go on, to the same bits as without the interruption.")
      .argument("<folder>", "run folder, or a comparison's")
      .option("--data <folder>", "a folder that holds the run's data in another place")
      .option("--threads <n>", "threads of one operation; default: as many as before", count)
      .option("--budget <epochs>", "effective epochs of the whole run: it goes on beyond its budget", positive)
      .action(async (folder: string, options: ResumeCommand) => done(await resumeCommand(folder, options, context))),
};

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
