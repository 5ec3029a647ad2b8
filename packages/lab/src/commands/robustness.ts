import { InputError, isText, type PrimaryMetric, primaryMetricOf } from "entropy-sgd-training";
import { loadRuns } from "../measure/loadRun.ts";
import {
  compareRobustness,
  measureRobustness,
  numRobustnessPoints,
  numWeightNoises,
  type RobustnessDifference,
  type RobustnessPoint,
} from "../measure/measureRobustness.ts";
import { named } from "../measure/networkPasses.ts";
import { perturbationLabel } from "../measure/perturbations.ts";
import { numCalibration, recalibratedScores, scoresObjective } from "../measure/recalibratedScores.ts";
import type { PageSettings } from "../report/htmlPage.ts";
import { betterWords, metricUnit } from "../statistics/metricWords.ts";
import { fixed, plusMinus } from "../statistics/numbers.ts";
import { notDistinguishable } from "../statistics/words.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import type { Findings } from "./findings.ts";
import { carryOut, type MeasuringCommand } from "./measurement.ts";
import { integerFrom, whole } from "./options.ts";

/** Options of `entropy-sgd robustness`. */
export interface RobustnessCommand extends MeasuringCommand {
  readonly examples: number;
  readonly blocks: number;
  readonly seed: number;
}

/** `entropy-sgd robustness`. */
export const definition: CommandDefinition = {
  examples: ["runs/one runs/two"],
  declare: (command, context, done) =>
    measuring(command, "robustness-with-OTHER")
      .description("Compare two runs on test images under noise of inputs, activations and weights.")
      .argument("<first>", "run folder")
      .argument("<second>", "run folder of the same network")
      .option("--examples <n>", "test images, from the first on", integerFrom(4), 10_000)
      .option("--blocks <k>", "blocks of images with noise of their own", integerFrom(2), 20)
      .option("--seed <n>", "seed of the perturbations", whole, 0)
      .action(async (first: string, second: string, options: RobustnessCommand) =>
        done(await robustnessCommand([first, second], options, context)),
      ),
};

/** Two solutions under the same perturbations of test images, activations and weights. Gives the exit code. */
export async function robustnessCommand(
  paths: readonly [string, string],
  options: RobustnessCommand,
  context: CommandContext,
): Promise<number> {
  const runs = await loadRuns(paths, { dataFolder: options.data, ...lockHooks(context) });
  const [{ spec, data, task }] = runs as [(typeof runs)[0]];
  const metric = primaryMetricOf(task);
  const { seed } = options;
  if (isText(data.test)) {
    const rule =
      "a text has tokens for inputs, to which no noise can be added; flatness, slice and local-entropy take it";
    throw new InputError({ path: spec.name, rule });
  }
  const numExamples = Math.min(options.examples, data.test.numExamples);
  if (options.blocks > numExamples) {
    const rule = `must be at most the ${numExamples} test images`;
    throw new InputError({ name: "--blocks", rule, value: options.blocks });
  }
  const batchSize = Math.max(1, Math.floor(numExamples / options.blocks));
  const settings = {
    first: runs[0]!.name,
    second: runs[1]!.name,
    network: spec.name,
    testImages: numExamples,
    imagesPerBlock: batchSize,
    seed,
    objective: scoresObjective(spec, data.train),
  };
  const measured = runs.map(({ name }) => ({ name, points: [] as RobustnessPoint[] }));
  const calibration = numCalibration(spec, data.train);
  // Each block has weights of its own under noise of the weights; the solution's own statistics are had once or again.
  const numRecalibrations = 2 * (numWeightNoises * Math.ceil(numExamples / batchSize) + 1);
  return carryOut(
    {
      name: "robustness",
      runs,
      settings,
      cost: [
        { kind: "loss", number: 2 * numRobustnessPoints(spec.inputShape), numExamples },
        { kind: "recalibration", number: calibration > 0 ? numRecalibrations : 0, numExamples: calibration },
      ],
      async measure(hooks) {
        for (const [k, run] of runs.entries()) {
          const { test, train } = run.data;
          const scores = recalibratedScores(spec, test, { ...hooks, numExamples, batchSize, calibration: train });
          try {
            await measureRobustness(scores, run.params, {
              seed,
              inputShape: spec.inputShape,
              onPoint: (point) => measured[k]!.points.push(point),
            });
          } finally {
            await scores.close();
          }
        }
      },
      findings: () => findingsOf(measured, metric, numExamples, settings),
    },
    options,
    context,
  );
}

/** Page, numbers and lines; null without a point. */
async function findingsOf(
  measured: readonly { readonly name: string; readonly points: readonly RobustnessPoint[] }[],
  metric: PrimaryMetric,
  numExamples: number,
  settings: PageSettings,
): Promise<Omit<Findings, "name"> | null> {
  const { robustnessFigures, robustnessPage } = await import("../pages/robustnessFigure.ts");
  const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
  if (a.points.length === 0) return null;
  const resolution = resolutionOf(metric, numExamples);
  const differences = compareRobustness(a.points.slice(0, b.points.length), b.points, resolution);
  const figures = robustnessFigures(measured, metric);
  return {
    figures,
    page: robustnessPage([a, b], differences, figures, settings, metric),
    json: robustnessJson(measured, differences, metric),
    lines: differences.map((difference) => lineOf(difference, metric, a.name, b.name)),
  };
}

/** Errors differ by whole examples. */
function resolutionOf({ name }: PrimaryMetric, numExamples: number): number {
  return name === "error" ? 1 / numExamples : 0;
}

/** Points and differences with the metric under its name. */
function robustnessJson(
  runs: readonly { readonly name: string; readonly points: readonly RobustnessPoint[] }[],
  differences: readonly RobustnessDifference[],
  metric: PrimaryMetric,
): object {
  const points = runs.map(({ name, points: own }) => ({
    name,
    points: own.map(({ blocks, ...point }) => ({
      ...named(point, metric),
      blocks: blocks.map((block) => named(block, metric)),
    })),
  }));
  return { runs: points, differences: differences.map((difference) => named(difference, metric)) };
}

/** A difference of metrics in a line. */
function lineOf(
  { metric: difference, ...point }: RobustnessDifference,
  metric: PrimaryMetric,
  first: string,
  second: string,
): string {
  const { estimate, standardError, detectable, seen } = difference;
  const { scale, difference: unit, digits } = metricUnit(metric.name, [estimate, standardError]);
  const size = `${first} minus ${second} ${plusMinus(estimate, standardError, digits, scale)}${unit} of ${metric.name}`;
  const isFirst = estimate < 0 === (metric.better === "smaller");
  const verdict = seen
    ? `${isFirst ? first : second} ${betterWords(metric)}`
    : standardError === 0
      ? `${notDistinguishable}; all differences are alike`
      : `${notDistinguishable}; ±${fixed(detectable, digits, scale)}${unit} could have been seen`;
  return `${perturbationLabel(point)}: ${size}: ${verdict}`;
}
