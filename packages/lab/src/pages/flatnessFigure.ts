import type { FlatnessDifference, FlatnessMeasure } from "../measure/measureFlatness.ts";
import type { Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { rowsFigure } from "../report/rowsFigure.ts";
import { numberedStyles } from "../report/styles.ts";
import { short, withError } from "../statistics/numbers.ts";
import { differenceCaption, differenceHead, notDistinguishable } from "../statistics/words.ts";

/** Each measure's difference, in units of the smallest that would have been detected. */
export function flatnessFigure(differences: readonly FlatnessDifference[], names: readonly [string, string]): Figure {
  const limit = 10;
  const points = differences
    .filter(({ verdict, detectable }) => verdict !== "not comparable" && detectable > 0)
    .map(({ title, estimate, detectable, verdict }) => ({
      row: title,
      series: "difference",
      value: estimate / detectable,
      hollow: verdict === notDistinguishable,
    }));
  return rowsFigure(
    {
      name: "flatness",
      title: "Which is flatter, measure by measure",
      caption: `Dashed: the smallest difference found with 80 % power. Filled where a difference is seen; values beyond ±${limit} are drawn at the edge.`,
    },
    {
      rows: differences.map(({ title }) => title),
      points,
      styles: numberedStyles(["difference"]),
      limit,
      critical: 1,
      label: `← ${names[0]} is flatter · difference / smallest that could have been seen · ${names[1]} is flatter →`,
    },
  );
}

/** A page with every measure, its difference and the sentences. */
export function flatnessPage(
  [a, b]: readonly [NamedMeasures, NamedMeasures],
  differences: readonly FlatnessDifference[],
  sentences: readonly string[],
  figure: Figure,
  settings: PageSettings,
): string {
  const cell = ({ estimate, standardError, valid }: FlatnessMeasure): string =>
    valid ? withError(estimate, standardError) : "does not apply";
  const rows = differences.map(({ title, estimate, standardError, detectable, verdict }, k) => [
    title,
    verdict.replace("first", a.name).replace("second", b.name),
    withError(estimate, standardError),
    Number.isFinite(detectable) ? `±${short(detectable)}` : "–",
    cell(a.measures[k]!),
    cell(b.measures[k]!),
  ]);
  const inapplicable = [a, b].flatMap(({ name, measures }) =>
    measures.flatMap(({ title, valid, reason }) => (valid ? [] : [`${title} does not apply to ${name}: ${reason}.`])),
  );
  const lead =
    "There is no one measure of flatness: each asks how the loss changes in some neighbourhood of the solution. Larger is " +
    "sharper in every row. Errors come from draws, probes and residuals on fixed examples, not from other seeds of training: " +
    "a difference seen here is one between these two solutions, not between the methods that made them.";
  return htmlPage(
    `Flatness: ${a.name} and ${b.name}`,
    `<p class="lead">${escaped(lead)}</p>
${listHtml(sentences)}
${figureHtml(figure)}
${table([["measure", ...differenceHead, a.name, b.name], ...rows], `${a.name} minus ${b.name}; draws of noise are shared, and their differences paired. ${differenceCaption}`)}
${listHtml(inapplicable)}
${settingsHtml(settings, "The objective is the function that Hessians, ascent and local entropy see; under weight noise it is objectiveOfNoise.")}`,
  );
}

interface NamedMeasures {
  readonly name: string;
  readonly measures: readonly FlatnessMeasure[];
}
