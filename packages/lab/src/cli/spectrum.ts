import { join } from "node:path";
import { InputError } from "../inputError.ts";
import { loadRun } from "../landscape/loadRun.ts";
import { lossLandscape } from "../landscape/lossLandscape.ts";
import { measureSpectrum } from "../landscape/measureSpectrum.ts";
import { spectrumFigure, spectrumPage } from "../landscape/spectrumFigure.ts";
import { svgToPng } from "../report/svgToPng.ts";
import { makeFolder, writeWhole } from "../runs/runFolder.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

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
  const { record, spec, data, params, statistics } = loadRun(path);
  const { steps, probes, seed, dense = false } = options;
  if (dense && params.length > maxDense) {
    throw new InputError(
      `--dense: the network must have at most ${maxDense} weights, ${spec.name} has ${params.length}`,
    );
  }
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const landscape = lossLandscape(spec, data.train, { numExamples, statistics });
  const total = steps * (probes + 1) + Math.max(2, probes) + (dense ? params.length : 0);
  const started = performance.now();
  const spectrum = await measureSpectrum(landscape.hessianAt(params), {
    numSteps: steps,
    numProbes: probes,
    seed,
    dense,
    signal: context.signal,
    onProgress: (done) => progress(context, done, total, started),
  });
  await landscape.close();
  if (context.signal.aborted) {
    context.stderr.write("\ninterrupted: nothing was written\n");
    return context.signal.reason === "SIGTERM" ? exitCodes.SIGTERM : exitCodes.SIGINT;
  }
  const seconds = (performance.now() - started) / 1000;
  const settings = {
    run: record.name,
    network: spec.name,
    optimizer: record.settings.optimizer,
    weights: params.length,
    examples: numExamples,
    steps,
    probes,
    seed,
    seconds: Math.round(seconds),
  };
  const { density, denseEigenvalues, ...numbers } = spectrum;
  const json = {
    settings,
    ...numbers,
    densityProbes: density.probes.map(({ nodes, weights }) => ({ nodes: [...nodes], weights: [...weights] })),
    denseEigenvalues: denseEigenvalues === null ? null : [...denseEigenvalues],
  };
  const out = options.out ?? path;
  const figure = spectrumFigure(spectrum, spec.name);
  makeFolder(out);
  writeWhole(join(out, "spectrum.svg"), figure.svg);
  writeWhole(join(out, "spectrum.png"), svgToPng(figure.svg));
  writeWhole(join(out, "spectrum.json"), `${JSON.stringify(json)}\n`);
  writeWhole(join(out, "spectrum.html"), spectrumPage(spectrum, figure, settings));
  if (options.json) writeJson(context, json);
  else context.stdout.write(`${inLines(spectrum)}\nThe page is ${join(out, "spectrum.html")}\n`);
  return exitCodes.ok;
}

function inLines({ largest, smallest, nearZero, trace }: Awaited<ReturnType<typeof measureSpectrum>>): string {
  const shares = nearZero.map(({ threshold, share, nodeSpacing, resolved }) =>
    resolved
      ? `  |λ| < ${threshold}: ${(100 * share).toFixed(1)} %`
      : `  |λ| < ${threshold}: not resolved (nodes at 0 are ${nodeSpacing.toExponential(1)} apart)`,
  );
  const [top, bottom] = [largest.at(-1)!, smallest[0]!];
  return [
    `largest eigenvalue ${top.estimate.toFixed(3)} (residual ${top.residual.toExponential(1)})`,
    `smallest eigenvalue ${bottom.estimate.toFixed(4)} (residual ${bottom.residual.toExponential(1)})`,
    `trace ${trace.estimate.toFixed(2)} ± ${trace.standardError?.toFixed(2) ?? "?"}`,
    ...shares,
  ].join("\n");
}

/** A live line on a terminal; every hundred products elsewhere. */
function progress({ stderr }: CommandContext, done: number, total: number, started: number): void {
  const left = ((performance.now() - started) / 1000 / done) * (total - done);
  const text = `${done}/${total} Hessian-vector products, ${left.toFixed(0)} s left`;
  if (stderr.isTTY) stderr.write(`\r\x1b[2K${text}${done >= total ? "\n" : ""}`);
  else if (done % 100 === 0) stderr.write(`${text}\n`);
}
