/** The commands that train. What they do is loaded when one is called: help needs no engine. */
import { type Command, Option } from "commander";
import { optimizerOptions, presets } from "entropy-sgd";
import { networkNames } from "entropy-sgd-training";
import { recipeNames } from "../settings/recipes.ts";
import { rowOf, settingsWith, usualValue } from "../settings/settings.ts";
import type { CompareCommand } from "./compare.ts";
import type { CommandContext } from "./context.ts";
import { collect, dropoutRate, integerFrom, names, positive } from "./options.ts";
import type { ResumeCommand } from "./resume.ts";
import type { SweepCommand } from "./sweep.ts";
import type { TrainCommand } from "./train.ts";

/** Adds the commands; `done` takes their exit codes. */
export function addTrainingCommands(program: Command, context: CommandContext, done: (code: number) => void): void {
  runOptions(program.command("train"))
    .description("Train once and keep the run.")
    .option("--optimizer <name>", Object.keys(optimizerOptions).join(", "), "entropy-sgd")
    .option("--seed <n>", "seed of weights, data order, dropout and noise", integerFrom(0), 1)
    .action(async (options: TrainCommand) => done(await (await import("./train.ts")).trainCommand(options, context)));

  runOptions(program.command("compare"))
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
function runOptions(command: Command): Command {
  return command
    .requiredOption("--network <name>", networkNames.join(", "))
    .requiredOption("--budget <epochs>", "effective epochs, inner steps counted", positive)
    .option("--out <folder>", "a new or empty folder; default: runs/train-N or runs/compare-N")
    .option("--preset <name>", `${Object.keys(presets).join(", ")} (Entropy-SGD and Entropy-Adam; default paper)`)
    .addOption(
      new Option(
        "--recipe <name>",
        "rates chosen on validation, or the paper's (Entropy-SGD; Adam on mnistfc and lenet)",
      )
        .choices(recipeNames)
        .default("tuned"),
    )
    .option("--set <name=value>", "an option of the optimizer or run; may be repeated", collect, [])
    .option("--dropout <rate>", "dropout rate instead of the recipe's", dropoutRate)
    .option("--data <folder>", "a folder with four IDX files instead of MNIST")
    .addOption(new Option("--sampling <how>", "order of the data").choices(["replacement", "permutation"]))
    .option("--threads <n>", "threads of one operation; default: the cores", integerFrom(1))
    .option("--json", "print one JSON object as the last line of standard output and nothing else there")
    .addHelpText("after", setHelp());
}

/** What `--set` takes beside the optimizer's options, with what is usual. */
function setHelp(): string {
  const names = settingsWith("set");
  const heads = names.map((name) => {
    const usual = usualValue(name);
    return usual === undefined ? name : `${name} (${usual})`;
  });
  const width = Math.max(...heads.map(({ length }) => length));
  const lines = names.map((name, i) => `  ${heads[i]!.padEnd(width)}  ${rowOf(name).doc}`);
  return `
The recipe tuned has rates chosen on validation for each network and optimizer: docs/results/rates.md has the evidence,
docs/results/first-try.md what a first try comes to.
--set takes the optimizer's options, which entropy-sgd options prints, and these of the run:
${lines.join("\n")}`;
}
