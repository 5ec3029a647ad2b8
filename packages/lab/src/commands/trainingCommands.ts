/** The commands that train. What they do is loaded when one is called: help needs no engine. */
import type { Command } from "commander";
import type { SettingName } from "../settings/settings.ts";
import type { CompareCommand } from "./compare.ts";
import type { CommandContext } from "./context.ts";
import { collect, integerFrom, names, positive } from "./options.ts";
import type { ResumeCommand } from "./resume.ts";
import { addSettingOptions, setHelp } from "./settingOptions.ts";
import type { SweepCommand } from "./sweep.ts";
import type { TrainCommand } from "./train.ts";

/** Adds the commands; `done` takes their exit codes. */
export function addTrainingCommands(program: Command, context: CommandContext, done: (code: number) => void): void {
  runOptions(program.command("train"), [])
    .description("Train once and keep the run.")
    .action(async (options: TrainCommand) => done(await (await import("./train.ts")).trainCommand(options, context)));

  runOptions(program.command("compare"), ["optimizer", "seed"])
    .description("Train several optimizers on the same budget, data order, initial weights and dropout.")
    .requiredOption("--optimizers <names>", "names between commas", names)
    .option("--seeds <k>", "seeds 1 … k", integerFrom(1), 3)
    .action(async (options: CompareCommand) =>
      done(await (await import("./compare.ts")).compareCommand(options, context)),
    );

  program
    .command("start")
    .description("Four effective epochs of LeNet on MNIST with Entropy-SGD (lua) and SGD; the report in runs/start-N.")
    .option("--budget <epochs>", "effective epochs, inner steps counted", positive, 4)
    .action(async ({ budget }: { budget: number }) => {
      const optimizers = ["entropy-sgd", "sgd"];
      const plan = {
        network: "lenet",
        optimizers,
        preset: "lua",
        recipe: "paper",
        seeds: 1,
        budget,
        set: ["sgd.learningRate=0.1"],
        folderName: "start",
      };
      // README.md says the same of the default, four.
      context.stderr.write(
        `LeNet with Entropy-SGD (preset lua), then SGD: ${budget / 2} to ${budget} minutes on two free cores\n`,
      );
      done(await (await import("./compare.ts")).compareCommand(plan, context));
    });

  program
    .command("resume")
    .description("Let an interrupted run or comparison go on, to the same bits as without the interruption.")
    .argument("<folder>", "run folder, or a comparison's")
    .option("--data <folder>", "a folder that holds the run's data in another place")
    .option("--threads <n>", "threads of one operation; default: as many as before", integerFrom(1))
    .option("--budget <epochs>", "effective epochs of the whole run: it goes on beyond its budget", positive)
    .option("--json", "print one JSON object as the last line of standard output and nothing else there")
    .action(async (folder: string, options: ResumeCommand) =>
      done(await (await import("./resume.ts")).resumeCommand(folder, options, context)),
    );

  program
    .command("sweep")
    .description("Train the configurations that a file names, several at a time; the same command goes on.")
    .argument("<file>", "YAML or JSON, as in examples/sweeps")
    .option("--out <folder>", "where runs and report go; default: runs/sweep-NAME of the file")
    .option("--parallel <n>", "runs at a time; default: cores divided by the threads of a run", integerFrom(1))
    .option("--dry-run", "print the configurations and the number of gradients, train nothing")
    .option("--json", "print one JSON object on standard output and nothing else there")
    .action(async (file: string, options: SweepCommand) =>
      done(await (await import("./sweep.ts")).sweepCommand(file, options, context)),
    );
}

/** What train and compare have in common. */
function runOptions(command: Command, except: readonly SettingName[]): Command {
  return addSettingOptions(command, except)
    .option("--set <name=value>", "an option of the optimizer or run; may be repeated", collect, [])
    .option("--out <folder>", "a new or empty folder; default: runs/train-N or runs/compare-N")
    .option("--json", "print one JSON object as the last line of standard output and nothing else there")
    .addHelpText("after", setHelp);
}
