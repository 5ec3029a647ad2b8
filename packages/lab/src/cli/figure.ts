import { basename, dirname, extname, join } from "node:path";
import { inSharpValley, inWideValley, wideValleys } from "../figures/wideValleys.ts";
import { type SeedCount, wideValleysFigure, wideValleysPage } from "../figures/wideValleysFigure.ts";
import { InputError } from "../inputError.ts";
import { svgToPng } from "../report/svgToPng.ts";
import { makeFolder, writeWhole } from "../runs/runFolder.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

/** Options of `entropy-sgd figure`. */
export interface FigureCommand {
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const numSeeds = 20;

/** Draws the figure as SVG and PNG beside an HTML page that explains it. Gives the exit code. */
export function wideValleysCommand(
  { seed, out = "wide-valleys.html", json }: FigureCommand,
  context: CommandContext,
): number {
  if (extname(out) !== ".html")
    throw new InputError(`--out: must end in .html (SVG and PNG are written beside it), got ${JSON.stringify(out)}`);
  const result = wideValleys(seed);
  const counts = countSeeds(result.scopes.map(({ gamma }) => gamma));
  const figure = wideValleysFigure(result);
  makeFolder(dirname(out));
  const beside = (ending: string): string => join(dirname(out), `${basename(out, ".html")}.${ending}`);
  writeWhole(beside("svg"), figure.svg);
  writeWhole(beside("png"), svgToPng(figure.svg));
  writeWhole(out, wideValleysPage(result, figure, counts));
  const scopes = result.scopes.map(({ negativeLocalEntropy: _, ...numbers }) => numbers);
  if (json) {
    writeJson(context, { seed, minimizerOfLoss: result.minimizerOfLoss, scopes });
    return exitCodes.ok;
  }
  const lines = counts.map(
    ({ gamma, numWide }) =>
      `γ = ${gamma}: minimum of f in the sharp valley and of −F in the wide one for ${numWide} of seeds 1–${numSeeds}`,
  );
  context.stdout.write(
    `Minimum of f at ${result.minimizerOfLoss}; of −F at ${scopes.map(({ gamma, minimizer }) => `${minimizer} (γ = ${gamma})`).join(", ")}\n${lines.join("\n")}\nThe figure is ${out}\n`,
  );
  return exitCodes.ok;
}

function countSeeds(gammas: readonly number[]): SeedCount[] {
  const all = Array.from({ length: numSeeds }, (_, i) => wideValleys(i + 1, gammas));
  return gammas.map((gamma, k) => {
    const numWide = all.filter(
      (one) => inSharpValley(one.minimizerOfLoss) && inWideValley(one.scopes[k]!.minimizer),
    ).length;
    return { gamma, numWide, numSeeds };
  });
}
