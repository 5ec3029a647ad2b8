import { classified, fitted, networks } from "entropy-sgd-training";
import { loadDataSet } from "entropy-sgd-training/node";
import { findSaddles, indexTolerance } from "../measure/findSaddles.ts";
import { dataHelp } from "../settings/settings.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";
import { counter, type Findings, pagePlace, writeFindings } from "./findings.ts";
import { count, positive, whole } from "./options.ts";

/** Options of `entropy-sgd saddles`. */
export interface SaddlesCommand {
  readonly searches: number;
  readonly examples: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const [network, weightDecay] = ["mlp-49-16-10", 1e-3];

/** `entropy-sgd saddles`. */
export const definition: CommandDefinition = {
  examples: ["--out runs/saddles.html"],
  declare: (command, context, done) =>
    json(command)
      .description("Find critical points of a small network and set their index against their energy.")
      .option("--searches <n>", "searches", count, 204)
      .option("--examples <n>", "training examples, from the first on", count, 500)
      .option("--tolerance <number>", "norm of the gradient at a critical point", positive, 1e-5)
      .option("--seed <n>", "seed of paths and disturbances", whole, 0)
      .option("--data <folder>", dataHelp())
      .option("--out <file>", "an .html file, default: saddles.html; SVG, PNG and JSON are written beside it")
      .action(async (options: SaddlesCommand) => done(await saddlesCommand(options, context))),
};

/** Finds critical points of a small network and sets index against energy. Gives the exit code. */
export async function saddlesCommand(options: SaddlesCommand, context: CommandContext): Promise<number> {
  const { folder, name } = pagePlace(options.out ?? "saddles.html");
  const spec = networks[network]!;
  const data = fitted(spec, classified(loadDataSet({ data: options.data ?? null, validation: 0 })));
  const { searches, tolerance, seed } = options;
  const numExamples = Math.min(options.examples, data.train.numExamples);
  context.stderr.write(
    `saddles: ${searches} searches over ${numExamples} images; each descends by up to 3000 gradients, takes Newton steps of up ` +
      "to 300 products, and builds a Hessian of 970 products\n",
  );
  const count = counter(context, searches, "searches");
  const study = await findSaddles(spec, data.train, {
    numExamples,
    numStarts: searches,
    seed,
    weightDecay,
    tolerance,
    threads: 1,
    signal: context.signal,
    onSearch: () => count(),
  });
  const settings = { network, examples: numExamples, weightDecay, searches, tolerance, indexTolerance, seed };
  const findings = async (): Promise<Findings> => {
    const { saddleSentences, saddlesFigure, saddlesPage } = await import("../pages/saddlesFigure.ts");
    const { interrupted: _, ...numbers } = study;
    const figure = { ...saddlesFigure(study), name };
    const page = saddlesPage(study, figure, settings);
    return { name, figures: [figure], page, json: { settings, ...numbers }, lines: saddleSentences(study) };
  };
  const { interrupted } = study;
  const nothing = study.points.length === 0 && interrupted;
  return writeFindings(folder, nothing ? null : await findings(), { json: options.json, interrupted }, context);
}
