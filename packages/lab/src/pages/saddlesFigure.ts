import * as Plot from "@observablehq/plot";
import type { SaddleStudy, SearchKind } from "../measure/findSaddles.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { exponential, fixed, inPercent, short } from "../statistics/numbers.ts";

/** The number of distinct points below which the study has failed. */
const enoughPoints = 100;

/** Index against energy, coloured by the kind of search. */
export function saddlesFigure({ points }: SaddleStudy): Figure {
  const kinds: readonly SearchKind[] = ["newton", "descent, then newton"];
  const styles = new Map([...stylesOf(kinds)].filter(([kind]) => points.some(({ search }) => search === kind)));
  return drawFigure(
    {
      name: "saddles",
      title: "Index against energy",
      caption: `${points.length} distinct critical points; minima have index 0.`,
    },
    {
      height: 420,
      x: { label: "energy f + λ‖x‖²/2 at the critical point", labelAnchor: "center", grid: true },
      y: { label: "index: share of negative eigenvalues", labelAnchor: "center", grid: true, zero: true },
      marks: [...styles].map(([kind, { color, symbol }]) =>
        told(
          Plot.dot(
            points.filter(({ search }) => search === kind),
            { x: "energy", y: "index", r: 4, symbol, fill: color, fillOpacity: 0.7 },
          ),
          kind,
        ),
      ),
    },
    { series: styles, sample: "marker", by: "point" },
  );
}

/** The outcome of the searches, in sentences. */
export function saddleSentences(study: SaddleStudy): string[] {
  const { points, numSearches, numNotConverged, numGradientFlat, numRepeated, correlation } = study;
  const found =
    points.length >= enoughPoints
      ? `${points.length} distinct critical points from ${numSearches} searches`
      : `The study failed: ${points.length} distinct critical points from ${numSearches} searches, ${enoughPoints} are needed`;
  const { newton } = numNotConverged;
  const other = numNotConverged["descent, then newton"];
  const dropped = `${newton + other} searches did not converge and were dropped (${newton} of Newton steps alone; ${numGradientFlat} ended in gradient-flat points); ${numRepeated} found a point again`;
  const failed = points.length < enoughPoints;
  const ranked = failed
    ? "No rank correlation of index and energy: of so few points it would say nothing"
    : correlation === null
      ? "No rank correlation: too few points or a constant index"
      : `Rank correlation of index and energy ${fixed(correlation.estimate, 3)}, 95 % interval ${fixed(correlation.low, 3)} to ${fixed(correlation.high, 3)}`;
  return [found, dropped, ranked];
}

/** A page that explains the figure. */
export function saddlesPage(study: SaddleStudy, figure: Figure, settings: PageSettings): string {
  const lead =
    "In high dimension critical points of high loss are said to be saddles with many ways down, and those of low loss nearly " +
    "minima: then the share of negative eigenvalues, the index, grows with the energy.";
  const rows = [...study.points]
    .sort((a, b) => a.energy - b.energy)
    .map((point) => [
      fixed(point.energy, 6),
      inPercent(point.error, 1),
      inPercent(point.index),
      short(point.smallestEigenvalue),
      exponential(point.gradientNorm, 1),
      exponential(point.gradientFlatness, 1),
      `${point.search}; ${point.activeUnits} units`,
    ]);
  return htmlPage(
    "Saddles: index against energy",
    `<p class="lead">${escaped(lead)}</p>
${listHtml(saddleSentences(study).map((line) => `${line}.`))}
${figureHtml(figure)}
<p>Searches begin on paths of SGD and disturbances of them. Newton steps alone, damped so that ‖∇‖ falls, seldom arrive; so three of
four searches first descend. To meet saddles too, paths are those of networks with 0 to 16 hidden units active: a silent unit
stays silent, and the minimum of a smaller network is a saddle of the whole one. The points are therefore no fair sample of all
critical points: that saddles made this way lie the higher the fewer units are active is part of the correlation. A search that
stalls is dropped; where ‖H∇‖/(‖H‖‖∇‖) is near zero it ended in a gradient-flat point, which need not be near a critical one
(Frye et al. 2021).</p>
<h2>Points</h2>
${table([["energy", "error, %", "index, %", "smallest eigenvalue", "‖∇‖", "‖H∇‖/(‖H‖‖∇‖)", "search"], ...rows], "Equal energies (to 1e-5) are one point: symmetric copies are not told apart.")}
${settingsHtml(settings, "Evaluation mode.")}`,
  );
}
