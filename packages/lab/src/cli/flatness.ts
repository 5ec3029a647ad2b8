import { flatnessFigure, flatnessPage } from "../landscape/flatnessFigure.ts";
import { loadRuns } from "../landscape/loadRun.ts";
import { lossLandscape } from "../landscape/lossLandscape.ts";
import {
  compareFlatness,
  type FlatnessMeasure,
  flatnessSentences,
  measureFlatness,
} from "../landscape/measureFlatness.ts";
import { recalibratedScores } from "../landscape/recalibratedScores.ts";
import type { CommandContext } from "./context.ts";
import { writeFindings } from "./findings.ts";

/** Options of `entropy-sgd flatness`. */
export interface FlatnessCommand {
  readonly examples: number;
  readonly radii: readonly number[];
  readonly beta?: number;
  readonly draws: number;
  readonly steps: number;
  readonly probes: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Every flatness measure of two solutions, and which is flatter by which. Gives the exit code. */
export async function flatnessCommand(
  paths: readonly [string, string],
  options: FlatnessCommand,
  context: CommandContext,
): Promise<number> {
  const runs = loadRuns(paths);
  const { radii, draws, steps, probes, seed } = options;
  const numExamples = Math.min(options.examples, runs[0]!.data.train.numExamples);
  const inverseTemperature = options.beta ?? runs[0]!.data.train.numExamples;
  let objectives = {};
  const measured: { name: string; measures: FlatnessMeasure[] }[] = [];
  for (const { name, spec, data, params } of runs) {
    const landscape = lossLandscape(spec, data.train, { numExamples });
    const scores = recalibratedScores(spec, data.train, { numExamples, calibration: data.train });
    objectives = { objective: landscape.objective, objectiveOfNoise: scores.objective };
    const measures = await measureFlatness({ curvature: landscape, loss: landscape, scores }, params, {
      ...{ inverseTemperature, radii, numDraws: draws, numSteps: steps, numProbes: probes },
      ...{ numDensityProbes: Math.max(2, probes), seed, signal: context.signal },
      onMeasure: ({ title }) => context.stderr.write(`${name}: ${title}\n`),
    });
    await landscape.close();
    await scores.close();
    measured.push({ name, measures });
  }
  const findings = () => {
    const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
    const differences = compareFlatness(a.measures, b.measures);
    const sentences = flatnessSentences(differences, [a.name, b.name]);
    const figure = flatnessFigure(differences, [a.name, b.name]);
    const settings = {
      ...{ first: a.name, second: b.name, network: runs[0]!.spec.name, examples: numExamples },
      ...{ beta: inverseTemperature, radii: radii.join(", "), draws, steps, probes, seed },
      ...objectives,
    };
    return {
      name: "flatness",
      figures: [figure],
      page: flatnessPage([a, b], differences, sentences, figure, settings),
      json: { settings, runs: measured, differences, sentences },
      lines: sentences,
    };
  };
  return writeFindings(options.out ?? paths[0], findings, options.json, context);
}
