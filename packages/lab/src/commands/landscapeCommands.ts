/** The commands that measure and draw landscapes. */
import { Argument, type Command } from "commander";
import { networkNames } from "entropy-sgd-training/node";
import { defaultMeasures } from "../experiments/study/studyMeasures.ts";
import { dataHelp } from "../settings/settings.ts";
import type { CommandContext } from "./context.ts";
import type { FigureCommand } from "./figure.ts";
import type { FlatnessCommand } from "./flatness.ts";
import type { LocalEntropyCommand } from "./localEntropy.ts";
import {
  collect,
  estimatorList,
  estimatorNames,
  type FigureName,
  figureNames,
  integerFrom,
  names,
  positive,
  positiveList,
} from "./options.ts";
import type { RobustnessCommand } from "./robustness.ts";
import type { SaddlesCommand } from "./saddles.ts";
import type { SliceCommand } from "./slice.ts";
import type { SpectrumCommand } from "./spectrum.ts";
import type { StudyCommand } from "./study.ts";

const [count, whole] = [integerFrom(1), integerFrom(0)];

/** Adds the commands; `done` takes their exit codes. */
export function addLandscapeCommands(program: Command, context: CommandContext, done: (code: number) => void): void {
  json(program.command("figure"))
    .description("Draw a figure of the ideas behind the method, with a page that explains it.")
    .addArgument(new Argument("<name>", "which figure").choices(figureNames))
    .option("--seed <n>", "seed of landscape or chains", whole, 42)
    .option("--out <file>", "an .html file; SVG and PNG are written beside it")
    .action(async (name: FigureName, options: FigureCommand) =>
      done(await (await import("./figure.ts")).figureCommand(name, options, context)),
    );

  measuring(program.command("spectrum"), "spectrum")
    .description("Measure the Hessian spectrum of a trained run: extreme eigenvalues, trace, density.")
    .argument("<run>", "run folder")
    .option("--steps <m>", "Lanczos steps per probe", integerFrom(3), 100)
    .option("--probes <k>", "probes of the density", count, 1)
    .option("--examples <n>", "training examples, from the first on", count, 10_000)
    .option("--seed <n>", "seed of the probes", whole, 0)
    .option("--dense", "all eigenvalues of the dense Hessian (at most 3,000 weights)")
    .action(async (run: string, options: SpectrumCommand) =>
      done(await (await import("./spectrum.ts")).spectrumCommand(run, options, context)),
    );

  measuring(program.command("local-entropy"), "local-entropy, or local-entropy-with-OTHER")
    .description("Measure local entropy of one or two trained runs over the radius of the neighbourhood.")
    .argument("<runs...>", "one or two run folders of the same network")
    .option("--radii <list>", "σ per weight, between commas", positiveList, [1e-3, 3e-3, 1e-2, 3e-2, 1e-1])
    .option("--estimators <list>", `${estimatorNames.join(", ")}; the last two are costly`, estimatorList, [
      "smoothed-loss",
      "laplace",
    ])
    .option("--beta <number>", "inverse temperature; default: the number of training examples", positive)
    .option("--examples <n>", "training examples, from the first on", count, 4096)
    .option("--draws <n>", "Gaussian draws of the smoothed loss", integerFrom(2), 32)
    .option("--steps <m>", "Lanczos steps of Laplace's log det", integerFrom(3), 60)
    .option("--probes <k>", "probes of Laplace's log det", integerFrom(2), 3)
    .option("--samples <n>", "moves kept per rung and ladder along coupling and scope", integerFrom(8), 40)
    .option("--seed <n>", "seed of draws, probes and chains", whole, 0)
    .action(async (runs: string[], options: LocalEntropyCommand) =>
      done(await (await import("./localEntropy.ts")).localEntropyCommand(runs, options, context)),
    );

  measuring(program.command("robustness"), "robustness-with-OTHER")
    .description("Compare two runs on test images under noise of inputs, activations and weights.")
    .argument("<first>", "run folder")
    .argument("<second>", "run folder of the same network")
    .option("--examples <n>", "test images, from the first on", integerFrom(4), 10_000)
    .option("--blocks <k>", "blocks of images with noise of their own", integerFrom(2), 20)
    .option("--seed <n>", "seed of the perturbations", whole, 0)
    .action(async (first: string, second: string, options: RobustnessCommand) =>
      done(await (await import("./robustness.ts")).robustnessCommand([first, second], options, context)),
    );

  measuring(program.command("flatness"), "flatness-with-OTHER")
    .description("Compare two runs by every measure of flatness, and say which is flatter by which.")
    .argument("<first>", "run folder")
    .argument("<second>", "run folder of the same network")
    .option("--radii <list>", "σ per weight of local entropy, between commas", positiveList, [3e-3, 1e-2, 3e-2])
    .option("--beta <number>", "inverse temperature; default: the number of training examples", positive)
    .option("--examples <n>", "training examples, from the first on", count, 4096)
    .option("--draws <n>", "draws of weight noise", integerFrom(2), 32)
    .option("--steps <m>", "Lanczos steps", integerFrom(3), 40)
    .option("--probes <k>", "probes of log det, and of traces where more than 12", integerFrom(2), 5)
    .option("--seed <n>", "seed of draws and probes", whole, 0)
    .action(async (first: string, second: string, options: FlatnessCommand) =>
      done(await (await import("./flatness.ts")).flatnessCommand([first, second], options, context)),
    );

  measuring(program.command("slice"), "slice, or slice-with-OTHER")
    .description("Slice the loss along the line through two runs (or a random one through one), and on a surface.")
    .argument("<runs...>", "one or two run folders of the same network")
    .option("--examples <n>", "training examples, from the first on", count, 1024)
    .option("--points <n>", "points of the line", integerFrom(2), 41)
    .option("--grid <n>", "points of each side of the surface", integerFrom(2), 21)
    .option("--span <number>", "reach of filter-normalised directions", positive, 1)
    .option("--seed <n>", "seed of the random directions", whole, 0)
    .action(async (runs: string[], options: SliceCommand) =>
      done(await (await import("./slice.ts")).sliceCommand(runs, options, context)),
    );

  json(program.command("saddles"))
    .description("Find critical points of a small network and set their index against their energy.")
    .option("--searches <n>", "searches", count, 204)
    .option("--examples <n>", "training examples, from the first on", count, 500)
    .option("--tolerance <number>", "norm of the gradient at a critical point", positive, 1e-5)
    .option("--seed <n>", "seed of paths and disturbances", whole, 0)
    .option("--data <folder>", dataHelp)
    .option("--out <file>", "an .html file; SVG, PNG and JSON are written beside it")
    .action(async (options: SaddlesCommand) =>
      done(await (await import("./saddles.ts")).saddlesCommand(options, context)),
    );

  placed(program.command("study"), "runs/study-NETWORK, where the same command goes on")
    .description("Train and measure Entropy-SGD, its baseline and controls; judge the paper's claim.")
    .addArgument(new Argument("<name>", "which study").choices(["wide-valleys"]))
    .requiredOption("--network <name>", networkNames.join(", "))
    .requiredOption("--budget <epochs>", "effective epochs, inner steps counted", positive)
    .option("--seeds <k>", "seeds 1 … k, at least 2", integerFrom(2), 5)
    .option("--coupling-seeds <k>", "seeds whose local entropy is integrated: costly", whole, 2)
    .option("--coupling-conditions <names>", "conditions whose local entropy is integrated; default: all", names)
    .option("--radii <list>", "σ per weight of local entropy", positiveList, [...defaultMeasures.radii])
    .option("--examples <n>", "training examples of flatness", count, defaultMeasures.examples)
    .option("--curvature-examples <n>", "of eigenvalues and traces", count, defaultMeasures.curvatureExamples)
    .option("--coupling-examples <n>", "of the coupling integration", count, defaultMeasures.couplingExamples)
    .option("--test-examples <n>", "test images of robustness", integerFrom(4), defaultMeasures.testExamples)
    .option("--draws <n>", "draws of weight noise", integerFrom(2), defaultMeasures.draws)
    .option("--steps <m>", "Lanczos steps", integerFrom(3), defaultMeasures.steps)
    .option("--probes <k>", "probes of traces", integerFrom(2), defaultMeasures.probes)
    .option("--samples <n>", "moves kept per rung and ladder of the coupling", integerFrom(8), defaultMeasures.samples)
    .option("--set <name=value>", "an option of every run; may be repeated", collect, [])
    .option("--data <folder>", dataHelp)
    .option("--threads <n>", "threads of one operation; default: the cores", count)
    .action(async (_: string, options: StudyCommand) =>
      done(await (await import("./study.ts")).studyCommand(options, context)),
    );
}

function json(command: Command): Command {
  return command.option("--json", "print one JSON object on standard output and nothing else there");
}

/** With a folder for the page, figures and numbers. */
function placed(command: Command, otherwise: string): Command {
  return json(command).option("--out <folder>", `where page, figures and numbers go; default: ${otherwise}`);
}

/** A measurement of runs: its place below the first one, the place of the data, and the threads. */
function measuring(command: Command, place: string): Command {
  return placed(command, `RUN/measurements/${place}`)
    .option("--data <folder>", "a folder that holds the runs' data in another place")
    .option("--threads <n>", "threads of one operation; default: the cores", count);
}
