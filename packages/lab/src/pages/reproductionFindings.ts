/** A reproduction as findings: table, figure, page and the JSON that they can all be made of again. */
import {
  type MethodResult,
  type ReproductionRuns,
  reproductionResult,
} from "../experiments/reproduce/reproductionResult.ts";
import type { Figure } from "../report/drawFigure.ts";
import { textTable } from "../report/textTable.ts";
import { reproductionFigure } from "./reproductionFigure.ts";
import { reproductionPage } from "./reproductionPage.ts";
import { methodRows, reproductionHead, reproductionSentences, scaleNotice } from "./reproductionWords.ts";

/** What is written and printed of a reproduction. */
export interface ReproductionFindings {
  readonly figures: readonly Figure[];
  readonly page: string;
  readonly json: object;
  readonly lines: readonly string[];
}

/** The findings of some runs. @param columns - characters of the terminal */
export function reproductionFindings(runs: ReproductionRuns, columns?: number): ReproductionFindings {
  const result = reproductionResult(runs);
  const { quantity, reproduction } = result;
  const figure = reproductionFigure(result);
  const figures = figure === undefined ? [] : [figure];
  const notice = scaleNotice(result);
  return {
    figures,
    page: reproductionPage(result, figures),
    json: reproductionJson(runs, result.methods.map(methodJson)),
    lines: [
      ...(notice === null ? [] : [notice]),
      `${reproduction.title}, ${quantity.label}`,
      textTable(["", ...reproductionHead], methodRows(result), columns),
      ...reproductionSentences(result),
    ],
  };
}

/** reproduction.json: its runs are all that is read again. */
function reproductionJson({ name, scale, seeds, runs }: ReproductionRuns, methods: readonly object[]): object {
  return { name, scale, seeds, methods, runs };
}

/** A method's line as JSON, what was published and what was measured apart. */
export function methodJson({
  method: { optimizer, published },
  budget,
  best,
  bestEpoch,
  last,
  numDiverged,
  toPublished,
  left,
}: MethodResult): object {
  return { optimizer, budget, published, measured: { best, bestEpoch, last, numDiverged }, toPublished, left };
}
