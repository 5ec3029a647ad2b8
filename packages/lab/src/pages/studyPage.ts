import { byCondition, errsOnMost, type StudyResult } from "../experiments/study/assemble.ts";
import type { QuantityComparison, StudyQuantity } from "../experiments/study/judge.ts";
import type { ConditionPair, Hypothesis, PairOfConditions } from "../experiments/study/studyDesign.ts";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { short, withError } from "../statistics/numbers.ts";
import { spreadOf } from "../statistics/spread.ts";
import { counted, differenceCaption, differenceHead } from "../statistics/words.ts";

/** One sentence per hypothesis, for the terminal and the page. */
export function hypothesisSentences(hypotheses: readonly Hypothesis[]): string[] {
  return hypotheses.map(({ name, claim, verdict, found }) => `${name} ${verdict}: ${claim} (${found}).`);
}

/** Names runs that err on most test images: where nothing is learnt flatness says little, but the rule keeps them in the means. */
export function runsThatErrOnMost({ runs }: StudyResult): string {
  const failed = runs.filter(errsOnMost);
  if (failed.length === 0) return "";
  const names = failed.map(({ condition, seed }) => `${condition} with seed ${seed}`).join(", ");
  return `Test error above 50 %: ${names}. Their values are in the means and comparisons.`;
}

/** The report of the study; `ratesOf` gives the source of an optimizer's rates. */
export function studyPage(
  study: StudyResult,
  figures: readonly Figure[],
  settings: PageSettings,
  ratesOf: (optimizer: string) => string,
): string {
  const { design, hypotheses, flatness, robustness, coupling, testError, pairs, runs } = study;
  const trainLoss: StudyQuantity = {
    name: "train-loss",
    title: "Training loss",
    unit: { scale: 1, difference: "", digits: 4 },
    values: byCondition(runs, ({ result }) => result.trainLoss ?? Number.NaN),
  };
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  return htmlPage(
    `Study: ${design.title} (${settings.network})`,
    `<p class="lead">${escaped(design.lead)}</p>
<h2>Judgement</h2>
${listHtml([...hypothesisSentences(hypotheses), design.remark(hypotheses), runsThatErrOnMost(study)].filter((line) => line !== ""))}
<p>${escaped(design.rule)}
${escaped(differenceCaption)}</p>
<h2>What was trained</h2>
${table([["condition", "what", "rates"], ...design.conditions.map(({ name, words, optimizer }) => [name, words, ratesOf(optimizer)])], `${counted(seeds, "seed")} each, ${counted(Number(settings.budget), "effective epoch")}.`)}
${valuesTable([testError, trainLoss], "At the last evaluation point.")}
<h2>Flatness</h2>
${valuesTable(flatness, "Mean ± standard deviation over seeds; larger is sharper in every row. A dash: the measure did not apply to any.")}
${comparedPairs(pairs, design.pairs)
  .map((pair) => pairTable(pair, pair.flatness))
  .join("\n")}
${coupling.length === 0 ? "" : `<h2>Local entropy by coupling integration</h2>\n${valuesTable(coupling, "β = N; points whose chains had not mixed (split-R̂ above 1.05) are left out, and drawn hollow.")}\n${couplingTable(study)}`}
<h2>Robustness</h2>
${valuesTable(robustness, "Test error in % and loss; mean ± standard deviation over seeds.")}
${comparedPairs(pairs, design.robust)
  .map((pair) => pairTable(pair, pair.robustness))
  .join("\n")}
${figures.map(figureHtml).join("\n")}
${settingsHtml(settings, "Without dropout. Where the network has batch norm, Hessians, ascent and local entropy see its training-mode loss on fixed batches, and disturbed weights have statistics of their own, recalibrated on the same training images.")}`,
  );
}

/** Those of the named pairs in which something was compared. */
function comparedPairs(pairs: readonly PairOfConditions[], named: readonly ConditionPair[]): PairOfConditions[] {
  const isNamed = ({ first, second }: PairOfConditions) => named.some(([a, b]) => a === first && b === second);
  return pairs.filter((pair) => isNamed(pair) && pair.flatness.some(({ difference }) => difference !== null));
}

function valuesTable(quantities: readonly StudyQuantity[], caption: string): string {
  const names = [...quantities[0]!.values.keys()];
  const cell = (values: readonly number[]): string => {
    const { mean, sd, n } = spreadOf(values);
    return mean === null ? "–" : `${withError(mean, sd ?? 0)}${n < values.length ? ` (${n})` : ""}`;
  };
  const rows = quantities.map(({ title, values, unit: { scale } }) => [
    title,
    ...names.map((name) => cell(values.get(name)!.map((value) => scale * value))),
  ]);
  return table([["", ...names], ...rows], caption);
}

function pairTable({ first, second }: PairOfConditions, comparisons: readonly QuantityComparison[]): string {
  const rows = comparisons.map(({ quantity, difference, verdict }) => {
    const { scale, difference: unit } = quantity.unit;
    if (difference === null) return [quantity.title, verdict, "–", "–"];
    const { estimate, standardError, detectable } = difference;
    const size = `${withError(scale * estimate, scale * standardError)}${unit}`;
    return [quantity.title, verdict, size, `±${short(scale * detectable)}${unit}`];
  });
  const differs = comparisons.map(({ verdict }) => verdict === "better" || verdict === "worse");
  return table(
    [[`${first} − ${second}`, ...differenceHead], ...rows],
    `Paired by seed; negative: ${first} is flatter or errs less. Shaded where a difference is seen.`,
    differs,
  );
}

/** Every integration with its validity. */
function couplingTable({ runs }: StudyResult): string {
  const rows = runs.flatMap(({ condition, seed, coupling }) =>
    (coupling ?? []).map(({ radius, estimate, standardError, valid, reason, numEvaluations }) => [
      `${condition}, seed ${seed}`,
      String(radius),
      valid ? withError(-estimate, standardError) : "invalid",
      reason ?? "",
      String(numEvaluations),
    ]),
  );
  return table([["run", "σ", "−F̃ ± standard error", "why invalid", "gradients"], ...rows], "Every integration.");
}
