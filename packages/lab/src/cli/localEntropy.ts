import { basename, join } from "node:path";
import { InvalidArgumentError } from "commander";
import { InputError } from "../inputError.ts";
import { loadRun } from "../landscape/loadRun.ts";
import { localEntropyFigure, localEntropyPage, type NamedCurve } from "../landscape/localEntropyFigure.ts";
import { lossLandscape } from "../landscape/lossLandscape.ts";
import { type EstimatorName, measureLocalEntropy } from "../landscape/measureLocalEntropy.ts";
import { svgToPng } from "../report/svgToPng.ts";
import { makeFolder, writeWhole } from "../runs/runFolder.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

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

/** Names of the estimators, for help and checks. */
export const estimatorNames: readonly EstimatorName[] = ["smoothed-loss", "laplace", "coupling"];

/** Positive numbers between commas. */
export function positiveList(text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isFinite(value) && value > 0)) return values;
  throw new InvalidArgumentError("It must be positive numbers between commas.");
}

/** Names of estimators between commas. */
export function estimatorList(text: string): EstimatorName[] {
  return text.split(",").map((name) => {
    const known = estimatorNames.find((candidate) => candidate === name);
    if (known === undefined) throw new InvalidArgumentError(`Estimators are ${estimatorNames.join(", ")}.`);
    return known;
  });
}

/** Measures the local entropy of one or two runs; writes local-entropy.html, .svg, .png, .json. Gives the exit code. */
export async function localEntropyCommand(
  paths: readonly string[],
  options: LocalEntropyCommand,
  context: CommandContext,
): Promise<number> {
  const runs = paths.map(loadRun);
  const [first] = runs;
  if (first === undefined || runs.length > 2)
    throw new InputError(`local-entropy: takes one or two runs, got ${runs.length}`);
  if (runs.some(({ spec }) => spec.name !== first.spec.name)) {
    throw new InputError(
      `local-entropy: runs must be of one network, got ${runs.map(({ spec }) => spec.name).join(" and ")}`,
    );
  }
  const numExamples = Math.min(options.examples, first.data.train.numExamples);
  const inverseTemperature = options.beta ?? first.data.train.numExamples;
  const { radii, estimators, seed } = options;
  const numbers = {
    numDraws: options.draws,
    numSteps: options.steps,
    numProbes: options.probes,
    numSamples: options.samples,
  };
  const curves: NamedCurve[] = [];
  for (const [i, { spec, data, params, statistics }] of runs.entries()) {
    const name = basename(paths[i]!);
    const landscape = lossLandscape(spec, data.train, { numExamples, statistics });
    const curve = await measureLocalEntropy(landscape, params, {
      ...{ inverseTemperature, radii, estimators, seed, ...numbers },
      signal: context.signal,
      onPoint: ({ estimator, radius, estimate, standardError, valid, reason }) =>
        context.stderr.write(
          `${name}, σ = ${radius}, ${estimator}: ${valid ? `${estimate.toPrecision(5)} ± ${standardError.toPrecision(2)}` : `does not apply: ${reason}`}\n`,
        ),
    });
    await landscape.close();
    curves.push({ name, curve });
  }
  if (context.signal.aborted) {
    context.stderr.write("interrupted: nothing was written\n");
    return context.signal.reason === "SIGTERM" ? exitCodes.SIGTERM : exitCodes.SIGINT;
  }
  const settings = { network: first.spec.name, beta: inverseTemperature, examples: numExamples, seed, ...numbers };
  // JSON has no NaN: what does not apply has no number.
  const json = {
    settings,
    runs: curves.map(({ name, curve: { points, ...rest } }) => ({
      name,
      ...rest,
      points: points.map((point) =>
        point.valid
          ? point
          : { ...point, estimate: finiteOrNull(point.estimate), standardError: finiteOrNull(point.standardError) },
      ),
    })),
  };
  const out = options.out ?? paths[0]!;
  const figure = localEntropyFigure(curves);
  makeFolder(out);
  writeWhole(join(out, "local-entropy.svg"), figure.svg);
  writeWhole(join(out, "local-entropy.png"), svgToPng(figure.svg));
  writeWhole(join(out, "local-entropy.json"), `${JSON.stringify(json)}\n`);
  writeWhole(join(out, "local-entropy.html"), localEntropyPage(curves, figure, settings));
  if (options.json) writeJson(context, json);
  else context.stdout.write(`The page is ${join(out, "local-entropy.html")}\n`);
  return exitCodes.ok;
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
