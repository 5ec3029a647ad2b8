import { InputError } from "entropy-sgd-training";
import { loadRuns } from "../measure/loadRun.ts";
import {
  compareRobustness,
  measureRobustness,
  numRobustnessPoints,
  numWeightNoises,
  type RobustnessDifference,
  type RobustnessPoint,
} from "../measure/measureRobustness.ts";
import { perturbationLabel } from "../measure/perturbations.ts";
import { numCalibration, recalibratedScores, scoresObjective } from "../measure/recalibratedScores.ts";
import { inPercent, plusMinus } from "../statistics/numbers.ts";
import { notDistinguishable } from "../statistics/words.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";
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
  const runs = await loadRuns(paths, options.data);
  const [{ spec, data }] = runs as [(typeof runs)[0]];
  const { seed } = options;
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
        { kind: "loss", number: 2 * numRobustnessPoints, numExamples },
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
      async findings() {
        const { robustnessFigures, robustnessPage } = await import("../pages/robustnessFigure.ts");
        const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
        if (a.points.length === 0) return null;
        const differences = compareRobustness(a.points.slice(0, b.points.length), b.points, numExamples);
        const figures = robustnessFigures(measured);
        return {
          figures,
          page: robustnessPage([a, b], differences, figures, settings),
          json: { runs: measured, differences },
          lines: differences.map((difference) => lineOf(difference, a.name, b.name)),
        };
      },
    },
    options,
    context,
  );
}

/** A difference of errors in a line. */
function lineOf({ error, ...point }: RobustnessDifference, first: string, second: string): string {
  const { estimate, standardError, seen } = error;
  const difference = `${first} minus ${second} ${plusMinus(estimate, standardError, 2, 100)} points of error`;
  const verdict = seen
    ? `${estimate < 0 ? first : second} errs less`
    : standardError === 0
      ? `${notDistinguishable}; all differences are alike`
      : `${notDistinguishable}; ±${inPercent(error.detectable)} points could have been seen`;
  return `${perturbationLabel(point)}: ${difference}: ${verdict}`;
}
