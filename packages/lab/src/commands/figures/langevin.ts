/** `entropy-sgd figure langevin`: where descent and Langevin dynamics end. */
import { langevinFigure } from "../../measure/langevin.ts";
import { langevinFigures, langevinPage } from "../../pages/samplingFigures.ts";
import { withError } from "../../statistics/numbers.ts";
import type { FigureDefinition } from "../figureDefinition.ts";

export const definition: FigureDefinition = {
  cost: "4 methods of 4,000 steps of 1,000 chains",
  async make(seed, turn) {
    const result = await langevinFigure(seed, turn);
    const figures = langevinFigures(result);
    const methods = result.dynamics.map(({ name, share, standardError }) => ({ name, share, standardError }));
    return {
      figures,
      page: langevinPage(result, figures),
      json: { seed, numChains: result.numChains, gibbsShare: result.gibbsShare, methods },
      lines: methods.map(
        ({ name, share, standardError }) =>
          `${name}: ${withError(100 * share, 100 * standardError)} % of 1,000 chains end in the global minimum's well`,
      ),
    };
  },
};
