import { InputError } from "../inputError.ts";
import { type LoadedRun, loadRuns } from "../landscape/loadRun.ts";
import { short } from "../landscape/numbers.ts";
import { recalibratedScores } from "../landscape/recalibratedScores.ts";
import { filterNormalisedDirection, measureSlice, type SlicePoint, steps } from "../landscape/slices.ts";
import { lineFigure, slicePage, surfaceFigure } from "../landscape/slicesFigure.ts";
import type { CommandContext } from "./context.ts";
import { counter, writeFindings } from "./findings.ts";

/** Options of `entropy-sgd slice`. */
export interface SliceCommand {
  readonly examples: number;
  readonly points: number;
  readonly grid: number;
  readonly span: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Loss along the line through two solutions, or a random one through one, and on a surface. Gives the exit code. */
export async function sliceCommand(
  paths: readonly string[],
  options: SliceCommand,
  context: CommandContext,
): Promise<number> {
  if (paths.length > 2) throw new InputError(`slice: takes one or two runs, got ${paths.length}`);
  const runs = loadRuns(paths);
  const [first, second] = runs as [LoadedRun, LoadedRun?];
  const { spec, data } = first;
  const { points, grid, span, seed } = options;
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const scores = recalibratedScores(spec, data.train, { numExamples, calibration: data.train, signal: context.signal });
  const random = (index: number): Float32Array => filterNormalisedDirection(first.params, first.layout, seed, index);
  const along = second === undefined ? random(0) : first.params.map((value, i) => second.params[i]! - value);
  const [low, high] = second === undefined ? [-span, span] : [-0.5, 1.5];
  const count = counter(context, points + grid * grid, "points");
  const common = { origin: first.params, onPoint: count };
  const line = await measureSlice(scores, {
    ...{ ...common, directions: [along], xs: steps(low, high, points), ys: [0] },
  });
  const surface = await measureSlice(scores, {
    ...{ ...common, directions: [along, random(1)] },
    ...{ xs: steps(low, high, grid), ys: steps(-span, span, grid) },
  });
  await scores.close();
  const settings = {
    ...{ first: first.name, second: second?.name ?? "none", network: spec.name, examples: numExamples },
    ...{ points, grid, span, seed, objective: scores.objective },
  };
  const findings = () => {
    const marks =
      second === undefined
        ? [{ x: 0, name: first.name }]
        : [
            { x: 0, name: first.name },
            { x: 1, name: second.name },
          ];
    const figures = [lineFigure(line, marks), surfaceFigure(surface, marks)];
    return {
      name: "slice",
      figures,
      page: slicePage(figures, settings),
      json: { settings, line, surface },
      lines: linesOf(line, second !== undefined),
    };
  };
  return writeFindings(options.out ?? paths[0]!, findings, options.json, context);
}

function linesOf(line: readonly SlicePoint[], between: boolean): string[] {
  const inside = line.filter(({ x }) => !between || (x >= 0 && x <= 1));
  const highest = inside.reduce((top, point) => (point.loss > top.loss ? point : top));
  const lowest = line.reduce((low, point) => (point.loss < low.loss ? point : low));
  return [
    `lowest loss ${short(lowest.loss)} at ${lowest.x.toFixed(2)}`,
    `highest loss ${between ? "between the two" : "on the line"} ${short(highest.loss)} at ${highest.x.toFixed(2)}`,
  ];
}
