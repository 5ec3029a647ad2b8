/** `entropy-sgd figure gibbs`: samples of Gibbs distributions, and of the modified ones, against quadrature. */
import { gibbsFigure } from "../../measure/gibbs.ts";
import { gibbsFigures, gibbsPage } from "../../pages/samplingFigures.ts";
import { fixed, withError } from "../../statistics/numbers.ts";
import type { FigureDefinition } from "../figureDefinition.ts";

export const definition: FigureDefinition = {
  cost: "6 targets of 4 chains of 20,500 steps",
  async make(seed, turn) {
    const result = await gibbsFigure(seed, turn);
    const figures = gibbsFigures(result);
    const plain = [...result.gibbs, ...result.modified].map(
      ({ density: _, samples: __, label: ___, ...numbers }) => numbers,
    );
    return {
      figures,
      page: gibbsPage(result, figures),
      json: { seed, targets: plain },
      lines: plain.map(
        ({ inverseTemperature, scope, massLeft, shareLeft, standardError }) =>
          `β = ${inverseTemperature}${scope === null ? "" : `, γ = ${scope}`}: ${withError(shareLeft, standardError)} of the samples left of the barrier, ${fixed(massLeft, 4)} by quadrature`,
      ),
    };
  },
};
