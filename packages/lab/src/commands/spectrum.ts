import { hessianAt } from "entropy-sgd/landscape";
import { InputError, Interruption } from "entropy-sgd-training";
import { loadRun } from "../measure/loadRun.ts";
import { landscapeObjective, lossLandscape } from "../measure/lossLandscape.ts";
import { measureSpectrum, numProductsOf, type Spectrum } from "../measure/measureSpectrum.ts";
import { curvatureText, inPercent, short, withError, withPercentSign } from "../statistics/numbers.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import { carryOut, type MeasuringCommand } from "./measurement.ts";
import { count, integerFrom, whole } from "./options.ts";

/** Options of `entropy-sgd spectrum`. */
export interface SpectrumCommand extends MeasuringCommand {
  readonly steps: number;
  readonly probes: number;
  readonly examples: number;
  readonly seed: number;
  readonly dense?: boolean;
}

/** Largest dimension of a dense Hessian. */
const maxDense = 3000;

/** `entropy-sgd spectrum`. */
export const definition: CommandDefinition = {
  examples: ["runs/one --steps 100 --examples 10000"],
  declare: (command, context, done) =>
    measuring(command, "spectrum")
      .description("Measure the Hessian spectrum of a trained run: extreme eigenvalues, trace, density.")
      .argument("<run>", "run folder")
      .option("--steps <m>", "Lanczos steps per probe", integerFrom(3), 100)
      .option("--probes <k>", "probes of the density", count, 1)
      .option("--examples <n>", "training examples, from the first on", count, 10_000)
      .option("--seed <n>", "seed of the probes", whole, 0)
      .option("--dense", "all eigenvalues of the dense Hessian (at most 3,000 weights)")
      .action(async (run: string, options: SpectrumCommand) => done(await spectrumCommand(run, options, context))),
};

/** Measures the Hessian spectrum of a run over training examples; writes page, figure and numbers. Gives the exit code. */
export async function spectrumCommand(
  path: string,
  options: SpectrumCommand,
  context: CommandContext,
): Promise<number> {
  const run = await loadRun(path, { dataFolder: options.data, ...lockHooks(context) });
  const { record, spec, data, params } = run;
  const { steps, probes, seed, dense = false } = options;
  if (dense && params.length > maxDense) {
    throw new InputError({
      name: "--dense",
      rule: `the network must have at most ${maxDense} weights, ${spec.name} has ${params.length}`,
    });
  }
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const numbers = { numSteps: steps, numProbes: probes, dense };
  const settings = {
    run: record.name,
    network: spec.name,
    optimizer: record.settings.optimizer,
    weights: params.length,
    examples: numExamples,
    objective: landscapeObjective(spec, numExamples),
    steps,
    probes,
    seed,
    dense: dense ? "yes" : "no",
  };
  let spectrum: Spectrum | null = null;
  let seconds = 0;
  return carryOut(
    {
      name: "spectrum",
      runs: [run],
      settings,
      cost: [{ kind: "product", number: numProductsOf(numbers, params.length), numExamples }],
      async measure(hooks) {
        const started = performance.now();
        const landscape = lossLandscape(spec, data.train, { ...hooks, numExamples });
        try {
          const { signal } = context;
          spectrum = await measureSpectrum(hessianAt(landscape, params), params, { ...numbers, seed, signal });
        } finally {
          await landscape.close();
        }
        seconds = Math.round((performance.now() - started) / 1000);
        if (spectrum.interrupted) throw new Interruption("interrupted");
      },
      async findings() {
        const { spectrumFigure, spectrumPage } = await import("../pages/spectrumFigure.ts");
        if (spectrum === null || spectrum.density.probes.length === 0) return null;
        const { density, denseEigenvalues, interrupted: _, ...rest } = spectrum;
        const figure = spectrumFigure(spectrum, record.name);
        return {
          figures: [figure],
          page: spectrumPage(spectrum, figure, { ...settings, seconds }),
          json: {
            seconds,
            ...rest,
            densityProbes: density.probes.map(({ nodes, weights }) => ({ nodes: [...nodes], weights: [...weights] })),
            denseEigenvalues: denseEigenvalues === null ? null : [...denseEigenvalues],
          },
          lines: inLines(spectrum),
        };
      },
    },
    options,
    context,
  );
}

function inLines({ largest, smallest, relative, nearZero, trace }: Spectrum): string[] {
  const shares = nearZero.map(({ threshold, share, interval, resolved }) => {
    const between = interval.map((end) => inPercent(end, 1)).join(" to ");
    return resolved
      ? `  |λ| < ${threshold}: ${withPercentSign(share, 1)}, 95 % interval ${between}`
      : `  |λ| < ${threshold}: not resolved (${between} %)`;
  });
  const [top, bottom, relativeTop] = [largest.at(-1)!, smallest[0]!, relative.largest.at(-1)];
  const withResidual = ({ estimate, residual }: typeof top): string =>
    `${curvatureText(estimate)} (residual ${curvatureText(residual)})`;
  return [
    `largest eigenvalue ${withResidual(top)}`,
    `smallest eigenvalue ${withResidual(bottom)}`,
    ...(relativeTop === undefined ? [] : [`largest relative to magnitudes ${withResidual(relativeTop)}`]),
    ...(trace === null
      ? []
      : [
          `trace ${withError(trace.estimate, trace.standardError)}, 95 % interval ${trace.interval.map(short).join(" to ")}`,
        ]),
    ...shares,
  ];
}
