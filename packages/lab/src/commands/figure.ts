import { Argument } from "commander";
import { wasInterrupted } from "entropy-sgd-training";
import { type EventTurn, eventTurns } from "../measure/eventTurns.ts";
import { gibbsFigure } from "../measure/gibbs.ts";
import { langevinFigure } from "../measure/langevin.ts";
import { inSharpValley, inWideValley, type WideValleys, wideValleys } from "../measure/wideValleys.ts";
import { gibbsFigures, gibbsPage, langevinFigures, langevinPage } from "../pages/samplingFigures.ts";
import { type SeedCount, wideValleysFigure, wideValleysPage } from "../pages/wideValleysFigure.ts";
import { fixed, withError } from "../statistics/numbers.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";
import { type Findings, pagePlace, writeFindings } from "./findings.ts";
import { type FigureName, figureNames, whole } from "./options.ts";

/** Options of `entropy-sgd figure`. */
export interface FigureCommand {
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Makes a figure's findings; `turn` lets signals in. */
type Maker = (seed: number, turn: EventTurn) => Promise<Findings>;

const makers: Readonly<Record<FigureName, Maker>> = {
  "wide-valleys": wideValleysFindings,
  langevin: langevinFindings,
  gibbs: gibbsFindings,
};

/** `entropy-sgd figure`. */
export const definition: CommandDefinition = {
  examples: ["wide-valleys --out runs/wide-valleys.html", "langevin --seed 7"],
  declare: (command, context, done) =>
    json(command)
      .description("Draw a figure of the ideas behind the method, with a page that explains it.")
      .addArgument(new Argument("<name>", "which figure").choices(figureNames))
      .option("--seed <n>", "seed of landscape or chains", whole, 42)
      .option("--out <file>", "an .html file; SVG and PNG are written beside it")
      .action(async (name: FigureName, options: FigureCommand) => done(await figureCommand(name, options, context))),
};

/** Draws figures as SVG and PNG beside an HTML page that explains them. Gives the exit code. */
export async function figureCommand(
  figure: FigureName,
  { seed, out = `${figure}.html`, json }: FigureCommand,
  context: CommandContext,
): Promise<number> {
  const { folder, name } = pagePlace(out);
  context.stderr.write(`${figure}: ${costs[figure]}\n`);
  let made: Findings | null = null;
  const turn = eventTurns(context.signal);
  const interrupted = await wasInterrupted(async () => {
    made = await makers[figure](seed, turn);
  });
  const findings = made as Findings | null;
  if (interrupted || findings === null) return writeFindings(folder, null, {}, context);
  // One figure has the page's name, several have it in front of their own.
  const named = findings.figures.map((one) => ({
    ...one,
    name: findings.figures.length === 1 ? name : `${name}-${one.name}`,
  }));
  return writeFindings(folder, { ...findings, name, figures: named }, { json }, context);
}

const costs: Readonly<Record<FigureName, string>> = {
  "wide-valleys": "21 landscapes of 1,000 points, each smoothed at 3 scopes",
  langevin: "4 methods of 4,000 steps of 1,000 chains",
  gibbs: "6 targets of 4 chains of 20,500 steps",
};

const numSeeds = 20;

async function wideValleysFindings(seed: number, turn: EventTurn): Promise<Findings> {
  const result = wideValleys(seed);
  const counts = await countSeeds(
    result.scopes.map(({ gamma }) => gamma),
    turn,
  );
  const figure = wideValleysFigure(result);
  const scopes = result.scopes.map(({ negativeLocalEntropy: _, ...numbers }) => numbers);
  const { minimizerOfLoss } = result;
  return {
    name: "wide-valleys",
    figures: [figure],
    page: wideValleysPage(result, figure, counts),
    json: { seed, minimizerOfLoss, scopes },
    lines: [
      `Minimum of f at ${minimizerOfLoss}; of −F at ${scopes.map(({ gamma, minimizer }) => `${minimizer} (γ = ${gamma})`).join(", ")}`,
      ...counts.map(
        ({ gamma, numWide }) =>
          `γ = ${gamma}: minimum of f in the sharp valley and of −F in the wide one for ${numWide} of seeds 1–${numSeeds}`,
      ),
    ],
  };
}

async function langevinFindings(seed: number, turn: EventTurn): Promise<Findings> {
  const result = await langevinFigure(seed, turn);
  const figures = langevinFigures(result);
  const methods = result.dynamics.map(({ name, share, standardError }) => ({ name, share, standardError }));
  return {
    name: "langevin",
    figures,
    page: langevinPage(result, figures),
    json: { seed, numChains: result.numChains, gibbsShare: result.gibbsShare, methods },
    lines: methods.map(
      ({ name, share, standardError }) =>
        `${name}: ${withError(100 * share, 100 * standardError)} % of 1,000 chains end in the global minimum's well`,
    ),
  };
}

async function gibbsFindings(seed: number, turn: EventTurn): Promise<Findings> {
  const result = await gibbsFigure(seed, turn);
  const figures = gibbsFigures(result);
  const plain = [...result.gibbs, ...result.modified].map(
    ({ density: _, samples: __, label: ___, ...numbers }) => numbers,
  );
  return {
    name: "gibbs",
    figures,
    page: gibbsPage(result, figures),
    json: { seed, targets: plain },
    lines: plain.map(
      ({ inverseTemperature, scope, massLeft, shareLeft, standardError }) =>
        `β = ${inverseTemperature}${scope === null ? "" : `, γ = ${scope}`}: ${withError(shareLeft, standardError)} of the samples left of the barrier, ${fixed(massLeft, 4)} by quadrature`,
    ),
  };
}

async function countSeeds(gammas: readonly number[], turn: EventTurn): Promise<SeedCount[]> {
  const all: WideValleys[] = [];
  for (let seed = 1; seed <= numSeeds; seed++) {
    all.push(wideValleys(seed, gammas));
    await turn();
  }
  return gammas.map((gamma, k) => {
    const numWide = all.filter(
      (one) => inSharpValley(one.minimizerOfLoss) && inWideValley(one.scopes[k]!.minimizer),
    ).length;
    return { gamma, numWide, numSeeds };
  });
}
