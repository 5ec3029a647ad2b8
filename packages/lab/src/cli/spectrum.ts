import { InputError } from "../inputError.ts";
import { loadRun } from "../landscape/loadRun.ts";
import { lossLandscape } from "../landscape/lossLandscape.ts";
import { measureSpectrum, numProductsOf, type Spectrum } from "../landscape/measureSpectrum.ts";
import { spectrumFigure, spectrumPage } from "../landscape/spectrumFigure.ts";
import type { CommandContext } from "./context.ts";
import { counter, writeFindings } from "./findings.ts";

/** Options of `entropy-sgd spectrum`. */
export interface SpectrumCommand {
  readonly steps: number;
  readonly probes: number;
  readonly examples: number;
  readonly seed: number;
  readonly dense?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** Largest dimension of a dense Hessian. */
const maxDense = 3000;

/** Measures the Hessian spectrum of a run over training examples; writes spectrum.html, .svg, .png, .json. */
export async function spectrumCommand(
  path: string,
  options: SpectrumCommand,
  context: CommandContext,
): Promise<number> {
  const { record, spec, data, params } = loadRun(path);
  const { steps, probes, seed, dense = false } = options;
  if (dense && params.length > maxDense) {
    throw new InputError(
      `--dense: the network must have at most ${maxDense} weights, ${spec.name} has ${params.length}`,
    );
  }
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const landscape = lossLandscape(spec, data.train, { numExamples, signal: context.signal });
  const started = performance.now();
  const numbers = { numSteps: steps, numProbes: probes, dense };
  const count = counter(context, numProductsOf(numbers, params.length), "Hessian-vector products");
  const spectrum = await measureSpectrum(landscape.hessianAt(params), params, {
    ...{ ...numbers, seed, signal: context.signal, onProgress: count },
  });
  await landscape.close();
  const settings = {
    run: record.name,
    network: spec.name,
    optimizer: record.settings.optimizer,
    weights: params.length,
    examples: numExamples,
    objective: landscape.objective,
    ...{ steps, probes, seed },
    seconds: Math.round((performance.now() - started) / 1000),
  };
  const findings = () => {
    const { density, denseEigenvalues, ...rest } = spectrum;
    const figure = spectrumFigure(spectrum, spec.name);
    const json = {
      settings,
      ...rest,
      densityProbes: density.probes.map(({ nodes, weights }) => ({ nodes: [...nodes], weights: [...weights] })),
      denseEigenvalues: denseEigenvalues === null ? null : [...denseEigenvalues],
    };
    return {
      name: "spectrum",
      figures: [figure],
      page: spectrumPage(spectrum, figure, settings),
      json,
      lines: inLines(spectrum),
    };
  };
  return writeFindings(options.out ?? path, findings, options.json, context);
}

function inLines({ largest, smallest, relative, nearZero, trace }: Spectrum): string[] {
  const shares = nearZero.map(({ threshold, share, nodeSpacing, resolved }) =>
    resolved
      ? `  |λ| < ${threshold}: ${(100 * share).toFixed(1)} %`
      : `  |λ| < ${threshold}: not resolved (nodes at 0 are ${nodeSpacing.toExponential(1)} apart)`,
  );
  const [top, bottom, relativeTop] = [largest.at(-1)!, smallest[0]!, relative.largest.at(-1)!];
  return [
    `largest eigenvalue ${top.estimate.toFixed(3)} (residual ${top.residual.toExponential(1)})`,
    `smallest eigenvalue ${bottom.estimate.toFixed(4)} (residual ${bottom.residual.toExponential(1)})`,
    `largest relative to magnitudes ${relativeTop.estimate.toFixed(3)} (residual ${relativeTop.residual.toExponential(1)})`,
    `trace ${trace.estimate.toFixed(2)} ± ${trace.standardError?.toFixed(2) ?? "?"}`,
    ...shares,
  ];
}
