/** The `entropy-sgd` command. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command, CommanderError, Option } from "commander";
import { optimizerOptions, presets } from "entropy-sgd";
import { networkNames } from "../config/recipes.ts";
import { InputError } from "../inputError.ts";
import { writeReport } from "../report/writeReport.ts";
import { type CompareCommand, compareCommand } from "./compare.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { type FigureCommand, wideValleysCommand } from "./figure.ts";
import {
  estimatorList,
  estimatorNames,
  type LocalEntropyCommand,
  localEntropyCommand,
  positiveList,
} from "./localEntropy.ts";
import { collect, dropoutRate, integerFrom, names, positive } from "./options.ts";
import { type SpectrumCommand, spectrumCommand } from "./spectrum.ts";
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
    if (error instanceof InputError) {
      context.stderr.write(`error: ${error.message}\n`);
      return exitCodes.usage;
    }
    context.stderr.write(
      `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.internal;
  }
}

function programOf(context: CommandContext, done: (code: number) => void): Command {
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
    .command("figure")
    .description("Draw a figure of the ideas behind the method, with a page that explains it.")
    .addArgument(new Argument("<name>", "which figure").choices(["wide-valleys"]))
    .option("--seed <n>", "seed of the landscape", integerFrom(0), 42)
    .option("--out <file>", "an .html file; SVG and PNG are written beside it")
    .option("--json", "print one JSON object on standard output and nothing else there")
    .action((_: string, options: FigureCommand) => done(wideValleysCommand(options, context)));

  program
    .command("spectrum")
    .description("Measure the Hessian spectrum of a trained run: extreme eigenvalues, trace, density.")
    .argument("<run>", "run folder")
    .option("--steps <m>", "Lanczos steps per probe", integerFrom(3), 100)
    .option("--probes <k>", "probes of the density", integerFrom(1), 1)
    .option("--examples <n>", "training examples, from the first on", integerFrom(1), 10_000)
    .option("--seed <n>", "seed of the probes", integerFrom(0), 0)
    .option("--dense", "all eigenvalues of the dense Hessian (at most 3,000 weights)")
    .option("--out <folder>", "where spectrum.html, .svg, .png and .json go; default: the run folder")
    .option("--json", "print one JSON object on standard output and nothing else there")
    .action(async (run: string, options: SpectrumCommand) => done(await spectrumCommand(run, options, context)));

  program
    .command("local-entropy")
    .description("Measure local entropy of one or two trained runs over the radius of the neighbourhood.")
    .argument("<runs...>", "one or two run folders of the same network")
    .option("--radii <list>", "σ per weight, between commas", positiveList, [1e-3, 3e-3, 1e-2, 3e-2, 1e-1])
    .option("--estimators <list>", `${estimatorNames.join(", ")}; coupling is costly`, estimatorList, [
      "smoothed-loss",
      "laplace",
    ])
    .option("--beta <number>", "inverse temperature; default: the number of training examples", positive)
    .option("--examples <n>", "training examples, from the first on", integerFrom(1), 4096)
    .option("--draws <n>", "Gaussian draws of the smoothed loss", integerFrom(2), 32)
    .option("--steps <m>", "Lanczos steps of Laplace's log det", integerFrom(3), 60)
    .option("--probes <k>", "probes of Laplace's log det", integerFrom(2), 3)
    .option("--samples <n>", "Langevin samples per rung and chain of the coupling", integerFrom(8), 50)
    .option("--seed <n>", "seed of draws, probes and chains", integerFrom(0), 0)
    .option("--out <folder>", "where local-entropy.html, .svg, .png and .json go; default: the first run's folder")
    .option("--json", "print one JSON object on standard output and nothing else there")
    .action(async (runs: string[], options: LocalEntropyCommand) =>
      done(await localEntropyCommand(runs, options, context)),
    );

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
    .option("--json", "print one JSON object as the last line of standard output and nothing else there");
}

/** `parent/name-N` with the smallest N that is free. */
function nextFolder(parent: string, name: string): string {
  const taken = existsSync(parent) ? readdirSync(parent) : [];
  let number = 1;
  while (taken.includes(`${name}-${number}`)) number += 1;
  return join(parent, `${name}-${number}`);
}
