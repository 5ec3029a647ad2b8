import { Option } from "commander";
import { type DeviceChoice, InputError } from "entropy-sgd-training";
import type { ExperimentKind } from "../experiments/experiment.ts";
import { planFileIn, readPlan } from "../experiments/planFile.ts";
import { resumeTraining } from "../runner/resumeTraining.ts";
import { deviceChoices } from "../settings/settings.ts";
import { type CommandDefinition, jsonAtEnd } from "./commandDefinition.ts";
import { type CommandContext, trainingOptions } from "./context.ts";
import { type Distribution, distributed, distributionOf } from "./distribution.ts";
import { continueExperiment, type Experiment } from "./experiment.ts";
import { count, positive } from "./options.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";
import { tellResult } from "./train.ts";

/** Options of `entropy-sgd resume`. */
export interface ResumeCommand extends Distribution {
  readonly data?: string;
  readonly threads?: number;
  readonly device?: DeviceChoice;
  readonly budget?: number;
  readonly parallel?: number;
  readonly json?: boolean;
  readonly maxMinutes?: number;
}

/** `entropy-sgd resume`. */
export const definition: CommandDefinition = {
  examples: ["runs/one"],
  declare: (command, context, done) =>
    distributed(timeLimited(jsonAtEnd(command)))
      .description(
        "Let an interrupted run, comparison, sweep, study, reproduction or group of replicas go on, to the same bits as without the interruption.",
      )
      .argument("<folder>", "folder of a run, or of a comparison, sweep, study, reproduction or group of replicas")
      .option("--data <folder>", "a folder that holds the run's data in another place")
      .option("--threads <n>", "threads of one operation; default: as many as before", count)
      .addOption(new Option("--device <name>", "what computes; default: the same as before").choices(deviceChoices))
      .option("--budget <epochs>", "effective epochs of the whole run: it goes on beyond its budget", positive)
      .option("--parallel <n>", "runs of an experiment at a time; default: as it began", count)
      .action(async (folder: string, options: ResumeCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => resumeCommand(folder, options, limited))),
      ),
};

/** How each kind of experiment goes on; loaded when it does. */
const experiments: Readonly<Record<ExperimentKind, () => Promise<Experiment<unknown>>>> = {
  compare: async () => (await import("./compare.ts")).comparison,
  sweep: async () => (await import("./sweep.ts")).sweep,
  study: async () => (await import("./study.ts")).studyExperiment,
  reproduce: async () => (await import("./reproduceOne.ts")).reproduction,
  parle: async () => (await import("./parle.ts")).replicas,
};

/** Resumes the run or the experiment in a folder to its end; the result of a run that has ended is printed again. Gives the exit code. */
export async function resumeCommand(path: string, options: ResumeCommand, context: CommandContext): Promise<number> {
  const [where, own] = distributionOf({ ...options, out: path });
  const { data: dataFolder, budget, maxMinutes: _, ...others } = own;
  const file = planFileIn(path);
  if (file === null) {
    if (where.queue !== undefined || where.shard !== undefined)
      throw new InputError({
        name: where.queue === undefined ? "--shard" : "--nats",
        rule: "is of an experiment, and this is one run",
        value: path,
      });
    const result = await resumeTraining(path, {
      ...trainingOptions(context),
      dataFolder,
      budget,
      threads: others.threads,
      device: others.device,
    });
    return tellResult(path, result, options.json ?? false, context);
  }
  const plan = readPlan(file);
  const experiment = await experiments[plan.kind]();
  if (budget !== undefined)
    throw new InputError({ name: "--budget", rule: `lets one run go on, ${path} is a ${experiment.noun}` });
  return continueExperiment(experiment, plan, file, { ...others, ...where, out: path, dataFolder }, context);
}
