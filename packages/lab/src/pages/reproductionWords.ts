/** A reproduction in words and cells: the same on the page, in the terminal and in Markdown. */
import { assumedPublishedRuns, type Published } from "../experiments/reproduce/reproduction.ts";
import type { MethodResult, ReproductionResult, RunsLeft } from "../experiments/reproduce/reproductionResult.ts";
import { milliseconds } from "../statistics/milliseconds.ts";
import { fixed, inPercent, plain, withDeviation } from "../statistics/numbers.ts";
import { comparisonSentences, counted, judgedInWords, type Unit } from "../statistics/words.ts";

/** The columns after that of the names: what was published, what was measured, and the two together. */
export const reproductionHead: readonly string[] = [
  "published",
  "published, at epoch",
  "ours, best of the test curve",
  "ours, at epoch",
  "runs",
  "ours − published",
  "in standard errors",
  "ours, last epoch",
  "not run",
];

/** What the columns mean. */
export const reproductionCaption: string =
  "Mean ± sample standard deviation over runs, at the best point of the test curve as in the paper; the last epoch beside it. " +
  "Ours − published has its standard error of both: the published standard deviation is taken as one of " +
  `${assumedPublishedRuns} runs, whose number our sources do not give. One run has no standard error; that of two is itself hardly known, so that a difference of several of them may not be seen (t with one degree of freedom: 12.7). Empty: not published, or not run.`;

/** A row for each method of an experiment: its name, then cells in the order of the head. */
export function methodRows({ methods, quantity }: ReproductionResult): string[][] {
  return methods.map((own) => [own.method.optimizer, ...methodCells(own, quantity.unit)]);
}

function methodCells(
  { method, budget, best, bestEpoch, last, toPublished, left, numDiverged }: MethodResult,
  unit: Unit,
): string[] {
  const { published } = method;
  const { scale, digits } = unit;
  const judged = toPublished?.judged ?? null;
  const difference = toPublished === null ? "" : signed(toPublished.estimate, unit);
  const error = judged === null ? "" : ` ± ${fixed(judged.standardError, digits, scale)}`;
  return [
    published === null ? "" : publishedText(published, unit),
    published === null ? "" : String(published.epoch),
    best.mean === null ? "" : withDeviation(best, digits, scale),
    best.mean === null ? "" : withDeviation(bestEpoch, epochDigits(budget)),
    best.n === 0 && numDiverged === 0 ? "" : `${best.n}${numDiverged === 0 ? "" : `, ${numDiverged} diverged`}`,
    `${difference}${error}`,
    judged === null ? "" : signed(judged.estimate / judged.standardError, { scale: 1, difference: "", digits: 1 }),
    last.mean === null ? "" : withDeviation(last, digits, scale),
    left === null ? "" : leftWords(left),
  ];
}

/** Epochs of shortened runs, which may be all in the first one, have digits behind the point. */
export const epochDigits = (budget: number): number => (budget >= 10 ? 0 : budget >= 1 ? 1 : 2);

/** `0.50 ± 0.01`. */
export function publishedText({ mean, sd }: Published, { digits, scale }: Unit): string {
  return withDeviation({ mean, sd, n: assumedPublishedRuns }, digits, scale);
}

/** `2 runs of about 13 min, 1 begun`. */
function leftWords({ number, numBegun, gradients, msPerGradient }: RunsLeft): string {
  const begun = numBegun === 0 ? "" : `, ${numBegun} begun`;
  return `${counted(number, "run")} of about ${durationWords((gradients * msPerGradient) / 60_000)}${begun}`;
}

/** A duration in minutes, hours or days. */
function durationWords(minutes: number): string {
  if (minutes < 1) return "1 min";
  if (minutes < 120) return `${fixed(minutes, 0)} min`;
  return minutes < 48 * 60 ? `${fixed(minutes / 60, 1)} h` : `${fixed(minutes / 60 / 24, 1)} days`;
}

function signed(value: number, { scale, digits }: Unit): string {
  const text = fixed(value, digits, scale);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** What a shortened reproduction is not; null at full length. */
export function scaleNotice({ scale }: Pick<ReproductionResult, "scale">): string | null {
  if (scale === 1) return null;
  return (
    `At scale ${plain(scale)}: every run had ${inPercent(scale, scale < 0.01 ? 2 : 0)} % of its published budget, its schedules shortened in ` +
    "proportion. The published figures are of the whole budget; nothing is said about agreement with them."
  );
}

/** The findings, a sentence or two for each: against the paper, then our methods against each other. */
export function reproductionSentences(result: ReproductionResult): string[] {
  const { methods, quantity, scale } = result;
  const against = scale === 1 ? methods.flatMap((method) => againstPublished(method, result)) : [];
  return [...against, ...betweenMethods(result, quantity.unit, quantity.sign), ...timeSentences(methods)];
}

/** Where the times of what was not run are from, each source once; of which methods, where there are several. */
function timeSentences(methods: readonly MethodResult[]): string[] {
  const sources = new Map<string, string[]>();
  for (const { left, method } of methods) {
    if (left === null) continue;
    const source = `${milliseconds(left.msPerGradient)} per gradient, measured on ${left.measuredOn}`;
    sources.set(source, [...(sources.get(source) ?? []), method.optimizer]);
  }
  return [...sources].map(([source, of]) => {
    const whose = sources.size === 1 ? "" : ` of ${of.join(" and ")}`;
    return `Times of what was not run${whose} are from ${source}; evaluations come on top.`;
  });
}

function againstPublished(
  { method, best, toPublished }: MethodResult,
  { quantity: { unit, sign } }: ReproductionResult,
): string[] {
  const { published, optimizer } = method;
  if (published === null || toPublished === null) return [];
  const ours = `${optimizer}: ours ${withDeviation(best, unit.digits, unit.scale)}${sign}, published ${publishedText(published, unit)}${sign}`;
  const { judged } = toPublished;
  if (judged === null) {
    return [`${ours}; ${best.n === 1 ? "one run" : "runs that are all alike"} can claim nothing about the difference.`];
  }
  const over = `${counted(best.n, "run")} against an assumed ${assumedPublishedRuns}`;
  return [`${ours}: ${judgedInWords(judged, over, unit)}.`];
}

function betweenMethods({ methods, between }: ReproductionResult, unit: Unit, sign: string): string[] {
  const [first, second] = methods;
  if (between === null || between.estimate === null || first === undefined || second === undefined) return [];
  const ours = ({ method, best }: MethodResult): string =>
    `${method.optimizer} ${fixed(best.mean, unit.digits, unit.scale)}${sign}`;
  const budgets =
    first.budget === second.budget ? "" : `, after ${plain(first.budget)} and ${plain(second.budget)} effective epochs`;
  const text = `Ours, best of the test curve: ${ours(first)} against ${ours(second)}${budgets}`;
  return comparisonSentences([{ text, difference: between }], unit);
}
