/** The figure and page of a learning-rate search. */
import * as Plot from "@observablehq/plot";
import type { SearchedRates } from "../measure/searchLearningRate.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { short } from "../statistics/numbers.ts";
import { geometricSpread } from "../statistics/spread.ts";
import { counted } from "../statistics/words.ts";

/** What is advised after all seeds. */
export interface RateAdvice {
  /** The geometric mean over the seeds of where the smoothed loss falls fastest; null where it falls with none. */
  readonly steepest: number | null;
  /** A third of it. */
  readonly safer: number | null;
  /** The factor by which seeds differ from the mean: exp of the standard deviation of the logarithms; null for one seed. */
  readonly factor: number | null;
}

/** A rate that is too large by little diverges later in training; too small a one only takes longer. */
const saferShare = 1 / 3;

/** The advice of some searches. */
export function adviceOf(searches: readonly SearchedRates[]): RateAdvice {
  const { mean, factor } = geometricSpread(searches.map(({ steepest }) => steepest));
  return { steepest: mean, safer: mean === null ? null : saferShare * mean, factor };
}

/** The result in sentences, without full stops. */
export function rateSentences(searches: readonly SearchedRates[], rate: string): string[] {
  const { steepest, safer, factor } = adviceOf(searches);
  if (steepest === null || safer === null)
    return [`The smoothed loss falls at no ${rate} of the search: try a wider range, or more rates`];
  const over =
    factor === null ? "" : ` (over ${counted(searches.length, "seed")}, give or take a factor of ${short(factor)})`;
  const lowest = searches.map(({ lowest: own }) => (own === null ? "none" : short(own))).join(", ");
  const ends = searches.flatMap(({ endedAt }) => (endedAt === null ? [] : [short(endedAt)]));
  const end = ends.length === 0 ? "It did not diverge" : `It diverged at ${ends.join(", ")}`;
  return [
    `The smoothed loss falls fastest at ${rate} ${short(steepest)}${over}`,
    `Safer is a third of it: --set ${rate}=${short(safer)}`,
    `The smoothed loss is lowest at ${lowest}. ${end}`,
  ];
}

/** The smoothed losses against the rate, and where they fall fastest. */
export function learningRateFigure(searches: readonly SearchedRates[], rate: string): Figure {
  const named = searches.map((search) => ({ ...search, name: `seed ${search.seed}` }));
  const styles = stylesOf(named.map(({ name }) => name));
  const points = named.flatMap(({ points: own, name }) => own.map((point) => ({ ...point, name })));
  // What rises higher is left out, and the curve ends where it does.
  const highest = 1.6 * Math.max(...named.map(({ points: own }) => own[0]?.smoothed ?? 0));
  const least = Math.min(...points.flatMap(({ loss, smoothed }) => [loss, smoothed]));
  return drawFigure(
    {
      name: "learning-rate",
      title: "Learning-rate range test",
      caption:
        "Smoothed mini-batch loss (lines) and single values (dots) while the rate rises; the rules mark the steepest fall.",
    },
    {
      height: 420,
      x: { ...logarithmicAxis, label: `${rate} (log scale)`, labelAnchor: "center" },
      y: {
        label: "mini-batch loss",
        labelAnchor: "center",
        grid: true,
        domain: [least, highest],
      },
      marks: named.flatMap(({ points: own, steepest, name }) => {
        const color = styles.get(name)!.color;
        const dots = own.filter(({ loss }) => loss <= highest);
        const end = own.findIndex(({ smoothed }) => smoothed > highest);
        const drawn = end < 0 ? own : own.slice(0, end);
        return [
          told(
            Plot.dot(dots, { x: "rate", y: "loss", r: 1.5, fill: color, fillOpacity: 0.4 }),
            `${name}, single value`,
          ),
          told(Plot.line(drawn, { x: "rate", y: "smoothed", stroke: color, strokeWidth: 2 }), `${name}, smoothed`),
          ...(steepest === null ? [] : [Plot.ruleX([steepest], { stroke: color, strokeDasharray: "4 3" })]),
        ];
      }),
    },
    { series: styles, sample: "line" },
  );
}

/** A page that explains the figure. */
export function learningRatePage(
  searches: readonly SearchedRates[],
  rate: string,
  figure: Figure,
  settings: PageSettings,
): string {
  const rows = searches.map(({ seed, points, steepest, lowest, endedAt }) => [
    String(seed),
    String(points.length),
    ...[steepest, lowest, endedAt].map((value) => (value === null ? "–" : short(value))),
  ]);
  return htmlPage(
    `Learning rate: ${rate}`,
    `<p class="lead">${escaped("The network is trained while the learning rate rises by an equal factor at each step. Below some rate nothing is learnt; above another the loss explodes; a good rate lies where the loss falls fast, well below that.")}</p>
${listHtml(rateSentences(searches, rate).map((line) => `${line}.`))}
${figureHtml(figure)}
<p>A search is a few steps of training from the initial weights: it says little of the rate that is best at the end of a long one, and
a rate that is chosen on validation (a sweep) is better. The loss at a rate is that of the mini-batches of its step, which earlier rates
have trained; smoothing moves the curve to the right by about ten rates. With an inner loop a rate has the gradients of a whole outer
step, so that the fall begins at smaller rates: there the lowest place tells more.</p>
<h2>Seeds</h2>
${table([["seed", "rates", "steepest fall", "lowest", "diverged at"], ...rows], "Rates from the lowest on until the smoothed loss is four times its lowest value or not finite.")}
${settingsHtml(settings, "The run of these settings, from its initial weights.")}`,
  );
}
