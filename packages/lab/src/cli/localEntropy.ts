import { InputError } from "../inputError.ts";
import { loadRuns } from "../landscape/loadRun.ts";
import { localEntropyFigure, localEntropyPage, type NamedCurve } from "../landscape/localEntropyFigure.ts";
import { lossLandscape } from "../landscape/lossLandscape.ts";
import { type EstimatorName, type LocalEntropyPoint, measureLocalEntropy } from "../landscape/measureLocalEntropy.ts";
import { withError } from "../landscape/numbers.ts";
import type { CommandContext } from "./context.ts";
import { writeFindings } from "./findings.ts";

/** Options of `entropy-sgd local-entropy`. */
export interface LocalEntropyCommand {
  readonly radii: readonly number[];
  readonly estimators: readonly EstimatorName[];
  readonly beta?: number;
  readonly examples: number;
  readonly draws: number;
  readonly steps: number;
  readonly probes: number;
  readonly samples: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Measures the local entropy of one or two runs; writes local-entropy.html, .svg, .png, .json. Gives the exit code. */
export async function localEntropyCommand(
  paths: readonly string[],
  options: LocalEntropyCommand,
  context: CommandContext,
): Promise<number> {
  if (paths.length > 2) throw new InputError(`local-entropy: takes one or two runs, got ${paths.length}`);
  const runs = loadRuns(paths);
  const first = runs[0]!;
  const numExamples = Math.min(options.examples, first.data.train.numExamples);
  const inverseTemperature = options.beta ?? first.data.train.numExamples;
  const { radii, estimators, seed } = options;
  const numbers = {
    numDraws: options.draws,
    numSteps: options.steps,
    numProbes: options.probes,
    numSamples: options.samples,
  };
  let objective = "";
  const curves: NamedCurve[] = [];
  for (const { name, spec, data, params } of runs) {
    const landscape = lossLandscape(spec, data.train, { numExamples });
    objective = landscape.objective;
    const curve = await measureLocalEntropy(landscape, params, {
      ...{ inverseTemperature, radii, estimators, seed, ...numbers },
      signal: context.signal,
      onPoint: (point) => context.stderr.write(`${lineOf(name, point)}\n`),
    });
    await landscape.close();
    curves.push({ name, curve });
  }
  const settings = {
    network: first.spec.name,
    beta: inverseTemperature,
    examples: numExamples,
    objective,
    seed,
    ...numbers,
  };
  const findings = () => {
    const figure = localEntropyFigure(curves);
    return {
      name: "local-entropy",
      figures: [figure],
      page: localEntropyPage(curves, figure, settings),
      json: { settings, runs: curves.map(({ name, curve }) => ({ name, ...curve })) },
      lines: curves.flatMap(({ name, curve }) => curve.points.map((point) => lineOf(name, point))),
    };
  };
  return writeFindings(options.out ?? paths[0]!, findings, options.json, context);
}

function lineOf(
  name: string,
  { estimator, radius, estimate, standardError, valid, reason }: LocalEntropyPoint,
): string {
  const found = valid ? withError(estimate, standardError) : `does not apply: ${reason}`;
  return `${name}, σ = ${radius}, ${estimator}: ${found}`;
}
