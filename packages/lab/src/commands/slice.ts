import { filterNormalisedDirection, InputError, primaryMetricOf } from "entropy-sgd-training";
import { type LoadedRun, loadRuns } from "../measure/loadRun.ts";
import { named } from "../measure/networkPasses.ts";
import { numCalibration, recalibratedScores, scoresObjective } from "../measure/recalibratedScores.ts";
import { measureSlice, type SliceOptions, type SlicePoint, steps } from "../measure/slices.ts";
import { fixed, short } from "../statistics/numbers.ts";
import { type CommandDefinition, measuring } from "./commandDefinition.ts";
import { type CommandContext, lockHooks } from "./context.ts";
import { carryOut, type MeasuringCommand } from "./measurement.ts";
import { count, integerFrom, positive, whole } from "./options.ts";

/** Options of `entropy-sgd slice`. */
export interface SliceCommand extends MeasuringCommand {
  readonly examples: number;
  readonly points: number;
  readonly grid: number;
  readonly span: number;
  readonly seed: number;
}

/** `entropy-sgd slice`. */
export const definition: CommandDefinition = {
  examples: ["runs/one", "runs/one runs/two --points 21"],
  declare: (command, context, done) =>
    measuring(command, "slice, or slice-with-OTHER")
      .description("Slice the loss along the line through two runs (or a random one through one), and on a surface.")
      .argument("<runs...>", "one or two run folders of the same network")
      .option("--examples <n>", "training examples, from the first on", count, 1024)
      .option("--points <n>", "points of the line", integerFrom(2), 41)
      .option("--grid <n>", "points of each side of the surface", integerFrom(2), 21)
      .option("--span <number>", "reach of filter-normalised directions", positive, 1)
      .option("--seed <n>", "seed of the random directions", whole, 0)
      .action(async (runs: string[], options: SliceCommand) => done(await sliceCommand(runs, options, context))),
};

/** Loss along the line through two solutions, or a random one through one, and on a surface. Gives the exit code. */
export async function sliceCommand(
  paths: readonly string[],
  options: SliceCommand,
  context: CommandContext,
): Promise<number> {
  if (paths.length > 2) throw new InputError({ path: "slice", rule: "takes one or two runs", value: paths.length });
  const runs = await loadRuns(paths, { dataFolder: options.data, ...lockHooks(context) });
  const [first, second] = runs as [LoadedRun, LoadedRun?];
  const { spec, data, task } = first;
  const metric = primaryMetricOf(task);
  const { points, grid, span, seed } = options;
  const numExamples = Math.min(options.examples, data.train.numExamples);
  const random = (index: number): Float32Array => filterNormalisedDirection(first.params, first.layout, seed, index);
  const along = second === undefined ? random(0) : first.params.map((value, i) => second.params[i]! - value);
  const [low, high] = second === undefined ? [-span, span] : [-0.5, 1.5];
  const number = points + grid * grid;
  const settings = {
    first: first.name,
    second: second?.name ?? "none",
    network: spec.name,
    examples: numExamples,
    points,
    grid,
    span,
    seed,
    objective: scoresObjective(spec, data.train),
  };
  const [line, surface]: [SlicePoint[], SlicePoint[]] = [[], []];
  const calibration = numCalibration(spec, data.train);
  return carryOut(
    {
      name: "slice",
      runs,
      settings,
      cost: [
        { kind: "loss", number, numExamples },
        { kind: "recalibration", number: calibration > 0 ? number : 0, numExamples: calibration },
      ],
      async measure(hooks) {
        const scores = recalibratedScores(spec, data.train, { ...hooks, numExamples, calibration: data.train });
        try {
          const slice = (directions: SliceOptions["directions"], xs: number[], ys: number[], into: SlicePoint[]) =>
            measureSlice(scores, { origin: first.params, directions, xs, ys, onPoint: (point) => into.push(point) });
          await slice([along], steps(low, high, points), [0], line);
          await slice([along, random(1)], steps(low, high, grid), steps(-span, span, grid), surface);
        } finally {
          await scores.close();
        }
      },
      async findings() {
        const { lineFigure, slicePage, surfaceFigure } = await import("../pages/slicesFigure.ts");
        if (line.length < 2) return null;
        const marks = [{ x: 0, name: first.name }, ...(second === undefined ? [] : [{ x: 1, name: second.name }])];
        const whole = surface.length === grid * grid;
        const figures = [lineFigure(line, marks), ...(whole ? [surfaceFigure(surface, marks)] : [])];
        return {
          figures,
          page: slicePage(figures, settings),
          json: {
            line: line.map((point) => named(point, metric)),
            surface: surface.map((point) => named(point, metric)),
          },
          lines: linesOf(line, second !== undefined),
        };
      },
    },
    options,
    context,
  );
}

function linesOf(line: readonly SlicePoint[], between: boolean): string[] {
  const inside = line.filter(({ x }) => !between || (x >= 0 && x <= 1));
  const highest = inside.reduce<SlicePoint | null>((top, point) => (top && top.loss >= point.loss ? top : point), null);
  const lowest = line.reduce((low, point) => (point.loss < low.loss ? point : low));
  return [
    `lowest loss ${short(lowest.loss)} at ${fixed(lowest.x, 2)}`,
    ...(highest === null
      ? []
      : [
          `highest loss ${between ? "between the two" : "on the line"} ${short(highest.loss)} at ${fixed(highest.x, 2)}`,
        ]),
  ];
}
