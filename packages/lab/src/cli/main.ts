/** The `entropy-sgd` command. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { optimizerOptions, presets } from "entropy-sgd";
import { networkNames } from "../config/recipes.ts";
import { InputError } from "../inputError.ts";
import { printable } from "../printable.ts";
import { writeReport } from "../report/writeReport.ts";
import { type CompareCommand, compareCommand } from "./compare.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { addLandscapeCommands } from "./landscapeCommands.ts";
import { collect, dropoutRate, integerFrom, names, positive } from "./options.ts";
import { type ResumeCommand, resumeCommand } from "./resume.ts";
import { addStoreCommands } from "./storeCommands.ts";
import { addSweepCommand } from "./sweep.ts";
import { type TrainCommand, trainCommand } from "./train.ts";

/**
 * Runs the command with its arguments (without program and script). Gives the exit code: 0 done; 1 internal error; 2 bad
 * usage or input; 3 divergence; 130 after SIGINT and 143 after SIGTERM.
 */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  let code = exitCodes.ok;
  const program = programOf(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed its own message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof InputError || isOfFileSystem(error)) {
      // Messages quote names and values, which may hold what a terminal would obey.
      context.stderr.write(`error: ${printable(error.message)}\n`);
      return exitCodes.usage;
    }
    context.stderr.write(
      `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.internal;
  }
}

/** A full disk, a folder that was removed, a missing permission: the world's error, not the program's. */
function isOfFileSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error;
}

/** The command with its options and actions. */
export function programOf(context: CommandContext, done: (code: number) => void): Command {
  const program = new Command("entropy-sgd")
    .description("Train networks with Entropy-SGD beside other optimizers, at equal gradient evaluations.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });

  runOptions(program.command("train"))
    .description("Train once and keep the run.")
    .option("--optimizer <name>", Object.keys(optimizerOptions).join(", "), "entropy-sgd")
    .option("--seed <n>", "seed of weights, data order, dropout and noise", integerFrom(0), 1)
    .action(async ({ out = nextFolder("runs", "train"), ...options }: Unplaced<TrainCommand>) =>
      done(await trainCommand({ ...options, out }, context)),
    );

  runOptions(program.command("compare"))
    .description("Train several optimizers on the same budget, data order, initial weights and dropout.")
    .requiredOption("--optimizers <names>", "names between commas", names)
    .option("--seeds <k>", "seeds 1 … k", integerFrom(1), 3)
    .action(async ({ out = nextFolder("runs", "compare"), ...options }: Unplaced<CompareCommand>) =>
      done(await compareCommand({ ...options, out }, context)),
    );

  program
    .command("start")
    .description("Four effective epochs of LeNet on MNIST with Entropy-SGD (lua) and SGD; the report in runs/start-N.")
    .option("--budget <epochs>", "effective epochs, inner steps counted", positive, 4)
    .action(async ({ budget }: { budget: number }) => {
      const out = nextFolder("runs", "start");
      const optimizers = ["entropy-sgd", "sgd"];
      done(
        await compareCommand({ network: "lenet", optimizers, preset: "lua", seeds: 1, budget, out, set: [] }, context),
      );
    });

  program
    .command("resume")
    .description("Let an interrupted run or comparison go on, to the same bits as without the interruption.")
    .argument("<folder>", "run folder, or a comparison's")
    .option("--data <folder>", "a folder that holds the run's data in another place")
    .option("--threads <n>", "threads of one operation; default: as many as before", integerFrom(1))
    .option("--json", "print one JSON object as the last line of standard output and nothing else there")
    .action(async (folder: string, options: ResumeCommand) => done(await resumeCommand(folder, options, context)));

  addSweepCommand(program, context, done);
  addStoreCommands(program, context, done);
  addLandscapeCommands(program, context, done);

  program
    .command("report")
    .description("Write the report of runs again, from their folders.")
    .argument("<runs...>", "run folders")
    .requiredOption("--out <folder>", "where report.html and figures/ go")
    .action((runs: string[], { out }: { out: string }) => {
      for (const run of runs) if (!existsSync(join(run, "config.json"))) throw new InputError(`${run}: is not a run`);
      context.stdout.write(`The report is ${writeReport(out, runs)}\n`);
    });
  return program;
}

/** Options as they are parsed, before a missing folder is chosen. */
type Unplaced<Options extends { readonly out: string }> = Omit<Options, "out"> & { readonly out?: string };

/** What train and compare have in common. */
function runOptions(command: Command): Command {
  return command
    .requiredOption("--network <name>", networkNames.join(", "))
    .requiredOption("--budget <epochs>", "effective epochs, inner steps counted", positive)
    .option("--out <folder>", "a new or empty folder; default: runs/train-N or runs/compare-N")
    .option("--preset <name>", `${Object.keys(presets).join(", ")} (Entropy-SGD and Entropy-Adam; default paper)`)
    .option("--set <name=value>", "an option of the optimizer or run; may be repeated", collect, [])
    .option("--dropout <rate>", "dropout rate instead of the recipe's", dropoutRate)
    .option("--data <folder>", "a folder with four IDX files instead of MNIST")
    .addOption(new Option("--sampling <how>", "order of the data").choices(["replacement", "permutation"]))
    .option("--threads <n>", "threads of one operation; default: the cores", integerFrom(1))
    .option("--json", "print one JSON object as the last line of standard output and nothing else there")
    .addHelpText("after", setHelp);
}

/** What `--set` takes beside the optimizer's options, with the defaults. */
const setHelp = `
--set takes the optimizer's options and, of the run, batchSize (128), drops and dropFactor, decayBiases (true),
validation (5000); checkpoints: checkpointMinutes (5), checkpointGradients (null), keepLast (2), keepBest (1);
what is not finite: rollbacks (0), rollbackFactor (0.5).`;

/** `parent/name-N` with the smallest N that is free. */
function nextFolder(parent: string, name: string): string {
  const taken = existsSync(parent) ? readdirSync(parent) : [];
  let number = 1;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return join(parent, `${name}-${number}`);
}
