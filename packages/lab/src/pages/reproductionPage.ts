import type { ReproductionResult } from "../experiments/reproduce/reproductionResult.ts";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, table } from "../report/htmlPage.ts";
import { fixed } from "../statistics/numbers.ts";
import { machineTable } from "./machineTable.ts";
import {
  epochDigits,
  methodRows,
  reproductionCaption,
  reproductionHead,
  reproductionSentences,
  scaleNotice,
} from "./reproductionWords.ts";
import { settingsOfRuns } from "./settingsOfRuns.ts";

/** The report of a reproduction: table, figure, readings, runs, every setting and the machine. */
export function reproductionPage(result: ReproductionResult, figures: readonly Figure[]): string {
  const { reproduction, quantity, methods, runs } = result;
  const notice = scaleNotice(result);
  const sources = methods.flatMap(({ method: { optimizer, published } }) =>
    published === null ? [] : [`Published for ${optimizer}: ${published.source}.`],
  );
  return htmlPage(
    `Reproduction: ${reproduction.title}`,
    `${notice === null ? "" : `<p class="lead"><strong>${escaped(notice)}</strong></p>\n`}<p class="lead">${escaped(leadOf(result))}</p>
${table([["", ...reproductionHead], ...methodRows(result)], `${quantity.label}. ${reproductionCaption}`)}
${listHtml(reproductionSentences(result))}
${figures.map(figureHtml).join("\n")}
<h2>How the paper was read</h2>
${listHtml([...sources, ...reproduction.readings])}
<h2>Runs</h2>
${runsTable(result)}
${listHtml(runs.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}.`)))}
<h2>Settings</h2>
${settingsOfRuns(runs)}
<h2>Machine</h2>
${machineTable(runs)}`,
  );
}

function leadOf({ reproduction, methods, scale }: ReproductionResult): string {
  const trained = methods.map(
    ({ method: { optimizer, preset, recipe }, budget }) =>
      `${optimizer} (${preset === undefined ? "" : `preset ${preset}, `}recipe ${recipe}) for ${fixed(budget, Number.isInteger(budget) ? 0 : 2)} effective epochs`,
  );
  const all = scale === 1 ? "on the published budgets" : "on shortened budgets";
  return `The network ${reproduction.network}, trained ${all} on all training examples: ${trained.join(", ")}. Test values are for comparison with the paper; nothing was chosen by them here.`;
}

function runsTable({ methods, runs, quantity }: ReproductionResult): string {
  const { digits, scale } = quantity.unit;
  const of = new Map(methods.flatMap(({ ended, budget }) => ended.map((own) => [own.run.name, { ...own, budget }])));
  const rows = runs.map(({ name, result, evaluations, resumes }) => {
    const own = of.get(name);
    return [
      name,
      ...(own === undefined
        ? ["–", "–", "–"]
        : [
            fixed(own.best, digits, scale),
            fixed(own.bestEpoch, epochDigits(own.budget)),
            fixed(own.last, digits, scale),
          ]),
      String(result?.gradientEvaluations ?? evaluations.at(-1)?.gradients ?? 0),
      fixed(result?.seconds, 0),
      fixed(result?.msPerGradient, 1),
      String(resumes),
      result?.reason ?? "not ended",
    ];
  });
  const head = ["run", "best", "at epoch", "last", "gradients", "seconds", "ms/gradient", "resumed", "ended by"];
  return table(
    [head, ...rows],
    `${quantity.label}. Seconds are everything, milliseconds per gradient without evaluation.`,
  );
}
