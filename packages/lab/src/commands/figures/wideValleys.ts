/** `entropy-sgd figure wide-valleys`: a loss with a wide and a sharp valley, and its smoothing by local entropy. */
import type { EventTurn } from "../../measure/eventTurns.ts";
import { inSharpValley, inWideValley, type WideValleys, wideValleys } from "../../measure/wideValleys.ts";
import { type SeedCount, wideValleysFigure, wideValleysPage } from "../../pages/wideValleysFigure.ts";
import type { FigureDefinition } from "../figureDefinition.ts";

const numSeeds = 20;

export const definition: FigureDefinition = {
  cost: "21 landscapes of 1,000 points, each smoothed at 3 scopes",
  async make(seed, turn) {
    const result = wideValleys(seed);
    const counts = await countSeeds(
      result.scopes.map(({ gamma }) => gamma),
      turn,
    );
    const figure = wideValleysFigure(result);
    const scopes = result.scopes.map(({ negativeLocalEntropy: _, ...numbers }) => numbers);
    const { minimizerOfLoss } = result;
    return {
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
  },
};

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
