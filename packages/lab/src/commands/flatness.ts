import { loadRuns } from "../measure/loadRun.ts";
import { landscapeObjective, lossLandscape } from "../measure/lossLandscape.ts";
import {
  compareFlatness,
  type FlatnessMeasure,
  flatnessCost,
  flatnessSentences,
  measureFlatness,
} from "../measure/measureFlatness.ts";
import { numCalibration, recalibratedScores, scoresObjective } from "../measure/recalibratedScores.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import { carryOut, type MeasuringCommand } from "./measurement.ts";
import { count, integerFrom, positive, positiveList, whole } from "./options.ts";
import type { Passes } from "./passMeter.ts";

/** Options of `entropy-sgd flatness`. */
export interface FlatnessCommand extends MeasuringCommand {
  readonly examples: number;
  readonly radii: readonly number[];
  readonly beta?: number;
  readonly draws: number;
  readonly steps: number;
  readonly probes: number;
  readonly seed: number;
}

/** `entropy-sgd flatness`. */
export const definition: CommandDefinition = {
  examples: ["runs/one runs/two --draws 64"],
  declare: (command, context, done) =>
    measuring(command, "flatness-with-OTHER")
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
        done(await flatnessCommand([first, second], options, context)),
      ),
};

/** Every flatness measure of two solutions, and which is flatter by which. Gives the exit code. */
export async function flatnessCommand(
  paths: readonly [string, string],
  options: FlatnessCommand,
  context: CommandContext,
): Promise<number> {
  const runs = await loadRuns(paths, { dataFolder: options.data, ...lockHooks(context) });
  const [{ spec, data }] = runs as [(typeof runs)[0]];
  const { radii, draws, steps, probes, seed } = options;
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const inverseTemperature = options.beta ?? data.train.numExamples;
  const numbers = { numProbes: Math.max(12, probes), numDensityProbes: Math.max(2, probes), seed };
  const amounts = { inverseTemperature, radii, numDraws: draws, numSteps: steps, ...numbers };
  const settings = {
    first: runs[0]!.name,
    second: runs[1]!.name,
    network: spec.name,
    examples: numExamples,
    beta: inverseTemperature,
    radii: radii.join(", "),
    draws,
    steps,
    probes,
    seed,
    objective: landscapeObjective(spec, numExamples),
    objectiveOfNoise: scoresObjective(spec, data.train),
  };
  const measured = runs.map(({ name }) => ({ name, measures: [] as FlatnessMeasure[] }));
  return carryOut(
    {
      name: "flatness",
      runs,
      settings,
      cost: costOf(amounts, numExamples, numCalibration(spec, data.train)),
      async measure(hooks) {
        for (const [k, run] of runs.entries()) {
          const { train } = run.data;
          const landscape = lossLandscape(spec, train, { ...hooks, numExamples });
          const scores = recalibratedScores(spec, train, { ...hooks, numExamples, calibration: train });
          const onMeasure = (measure: FlatnessMeasure): void => void measured[k]!.measures.push(measure);
          try {
            const objectives = { curvature: landscape, loss: landscape, scores };
            await measureFlatness(objectives, run.params, { ...amounts, onMeasure });
          } finally {
            await landscape.close();
            await scores.close();
          }
        }
      },
      async findings() {
        const { flatnessFigure, flatnessPage } = await import("../pages/flatnessFigure.ts");
        const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
        if (a.measures.length === 0) return null;
        const differences = compareFlatness(a.measures.slice(0, b.measures.length), b.measures);
        const sentences = flatnessSentences(differences, [a.name, b.name]);
        const figure = flatnessFigure(differences, [a.name, b.name]);
        return {
          figures: [figure],
          page: flatnessPage([a, b], differences, sentences, figure, settings),
          json: { runs: measured, differences, sentences },
          lines: sentences,
        };
      },
    },
    options,
    context,
  );
}

/** The passes over the examples of two runs. */
function costOf(amounts: Parameters<typeof flatnessCost>[0], numExamples: number, calibration: number): Passes[] {
  const { numLosses, numScores, numGradients, numProducts } = flatnessCost(amounts);
  return [
    { kind: "product", number: 2 * numProducts, numExamples },
    { kind: "gradient", number: 2 * numGradients, numExamples },
    { kind: "loss", number: 2 * (numLosses + numScores), numExamples },
    { kind: "recalibration", number: calibration > 0 ? 2 * numScores : 0, numExamples: calibration },
  ];
}
