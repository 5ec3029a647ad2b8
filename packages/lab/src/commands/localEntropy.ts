import { InvalidArgumentError } from "commander";
import { InputError } from "entropy-sgd-training";
import { loadRuns } from "../measure/loadRun.ts";
import { landscapeObjective, lossLandscape } from "../measure/lossLandscape.ts";
import {
  type EstimatorName,
  type LocalEntropyCurve,
  type LocalEntropyPoint,
  localEntropyCost,
  measureLocalEntropy,
} from "../measure/measureLocalEntropy.ts";
import type { NamedCurve } from "../pages/localEntropyFigure.ts";
import { withError } from "../statistics/numbers.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import { carryOut, type MeasuringCommand } from "./measurement.ts";
import { count, integerFrom, positive, positiveList, whole } from "./options.ts";

/** Options of `entropy-sgd local-entropy`. */
export interface LocalEntropyCommand extends MeasuringCommand {
  readonly radii: readonly number[];
  readonly estimators: readonly EstimatorName[];
  readonly beta?: number;
  readonly examples: number;
  readonly draws: number;
  readonly steps: number;
  readonly probes: number;
  readonly samples: number;
  readonly seed: number;
}

const estimatorNames: readonly EstimatorName[] = ["smoothed-loss", "laplace", "coupling", "scope"];

/** Names of estimators between commas. */
function estimatorList(text: string): EstimatorName[] {
  return text.split(",").map((name) => {
    const known = estimatorNames.find((candidate) => candidate === name);
    if (known === undefined) throw new InvalidArgumentError(`Estimators are ${estimatorNames.join(", ")}.`);
    return known;
  });
}

/** `entropy-sgd local-entropy`. */
export const definition: CommandDefinition = {
  examples: ["runs/one runs/two --radii 1e-3,1e-2,1e-1"],
  declare: (command, context, done) =>
    measuring(command, "local-entropy, or local-entropy-with-OTHER")
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
        done(await localEntropyCommand(runs, options, context)),
      ),
};

/** Measures the local entropy of one or two runs; writes page, figure and numbers. Gives the exit code. */
export async function localEntropyCommand(
  paths: readonly string[],
  options: LocalEntropyCommand,
  context: CommandContext,
): Promise<number> {
  if (paths.length > 2)
    throw new InputError({ path: "local-entropy", rule: "takes one or two runs", value: paths.length });
  const runs = await loadRuns(paths, { dataFolder: options.data, ...lockHooks(context) });
  const [{ spec, data }] = runs as [(typeof runs)[0]];
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const inverseTemperature = options.beta ?? data.train.numExamples;
  const { radii, estimators, seed, draws: numDraws, steps: numSteps, probes: numProbes, samples: numSamples } = options;
  const numbers = { numDraws, numSteps, numProbes, numSamples };
  const settings = {
    runs: runs.map(({ name }) => name).join(", "),
    network: spec.name,
    beta: inverseTemperature,
    radii: radii.join(", "),
    estimators: estimators.join(", "),
    examples: numExamples,
    objective: landscapeObjective(spec, numExamples),
    seed,
    ...numbers,
  };
  const asked = { inverseTemperature, radii, estimators, seed, ...numbers };
  const curves: NamedCurve[] = [];
  const { numLosses, numGradients, numProducts } = localEntropyCost(asked, runs[0]!.params.length);
  return carryOut(
    {
      name: "local-entropy",
      runs,
      settings,
      cost: [
        { kind: "product", number: runs.length * numProducts, numExamples },
        { kind: "gradient", number: runs.length * numGradients, numExamples },
        { kind: "loss", number: runs.length * numLosses, numExamples },
      ],
      async measure(hooks, tell) {
        for (const run of runs) {
          const onCurve = (curve: LocalEntropyCurve): void => void curves.push({ name: run.name, curve });
          const onPoint = (point: LocalEntropyPoint): void => tell(lineOf(run.name, point));
          const landscape = lossLandscape(spec, run.data.train, { ...hooks, numExamples });
          await measureLocalEntropy(landscape, run.params, { ...asked, onCurve, onPoint }).finally(() =>
            landscape.close(),
          );
        }
      },
      async findings() {
        const { localEntropyFigure, localEntropyPage } = await import("../pages/localEntropyFigure.ts");
        const isTerminal = context.stderr.isTTY === true && context.stdout.isTTY === true;
        if (!curves.some(({ curve }) => curve.points.length > 0)) return null;
        const figure = localEntropyFigure(curves);
        return {
          figures: [figure],
          page: localEntropyPage(curves, figure, settings),
          json: { runs: curves.map(({ name, curve }) => ({ name, ...curve })) },
          // On a terminal they stand there already.
          lines: isTerminal
            ? []
            : curves.flatMap(({ name, curve }) => curve.points.map((point) => lineOf(name, point))),
        };
      },
    },
    options,
    context,
  );
}

function lineOf(
  name: string,
  { estimator, radius, estimate, standardError, valid, reason }: LocalEntropyPoint,
): string {
  const found = valid ? `−F̃ = ${withError(-estimate, standardError)}` : `does not apply: ${reason}`;
  return `${name}, σ = ${radius}, ${estimator}: ${found}`;
}
