/** The figures and page of a search of the scope. */
import * as Plot from "@observablehq/plot";
import type { FoundScope, FoundScopes } from "../measure/foundScopes.ts";
import type { ScopeShare, ScopeSweep } from "../measure/searchScope.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, listHtml, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesMarks } from "../report/seriesMarks.ts";
import { stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { plain, short } from "../statistics/numbers.ts";
import type { GeometricSpread } from "../statistics/spread.ts";

/** What each share is called. */
const words: Readonly<Record<ScopeShare, { readonly title: string; readonly of: string; readonly label: string }>> = {
  force: { title: "Force", of: "of ‖∇f‖", label: "‖γ(x − μ)‖ / ‖∇f‖" },
  distance: { title: "Distance", of: "of ‖x‖", label: "‖x' − x‖ / ‖x‖" },
};

const shares = ["force", "distance"] as const;

function scopeText({ mean, factor }: GeometricSpread): string {
  if (mean === null) return "–";
  return factor === null ? short(mean) : `${short(mean)} (give or take a factor of ${short(factor)})`;
}

/** The result in sentences, without full stops. */
export function scopeSentences({ force, distance, focusing }: FoundScopes, numSweeps: number): string[] {
  const sentence = (begin: string, { share, ...found }: FoundScope, of: string): string => {
    if (found.n === 0) return `${begin} ${plain(share)} ${of}: at no scope of the search`;
    const over = found.n < numSweeps ? `, crossed by ${found.n} of ${numSweeps} sweeps` : "";
    return `${begin} ${plain(share)} ${of}: γ ${scopeText(found)}${over}`;
  };
  return [
    ...force.map((one) => sentence("‖γ(x − μ)‖ is", one, words.force.of)),
    ...distance.map((one) => sentence("‖x' − x‖ is held at", one, words.distance.of)),
    `Focusing starts at γ ${scopeText(focusing)}: the loss over ½‖x' − x‖² at the first scope`,
  ];
}

/** Both shares against the scope, a line for each sweep. */
export function scopeFigures(sweeps: readonly ScopeSweep[], found: FoundScopes): Figure[] {
  return shares.map((of) => shareFigure(sweeps, of, found[of]));
}

function shareFigure(sweeps: readonly ScopeSweep[], of: ScopeShare, found: readonly FoundScope[]): Figure {
  const nameOf = ({ effectiveEpochs }: ScopeSweep): string => `after ${short(effectiveEpochs)} epochs`;
  const points = sweeps.flatMap((sweep) => sweep.points.map((point) => ({ ...point, sweep: nameOf(sweep) })));
  const positive = points.filter((point) => point[of] > 0);
  const styles = stylesOf(sweeps.map(nameOf));
  const { title, label } = words[of];
  return drawFigure(
    {
      name: `scope-${of}`,
      title: `${title} against scope`,
      caption: `${label} of single outer steps while the scope sweeps the range (lines); dashed rules are the shares that sweeps cross, circles on them the scopes that give them.`,
    },
    {
      height: 380,
      x: { ...logarithmicAxis, label: "scope γ (log scale)", labelAnchor: "center" },
      y: { ...logarithmicAxis, label: `${label} (log scale)`, labelAnchor: "center", grid: true },
      marks: [
        ...seriesMarks(positive, styles, { x: "scope", y: of, series: "sweep", markers: "few" }),
        ...found
          .filter(({ mean }) => mean !== null)
          .flatMap(({ share, mean }) => [
            Plot.ruleY([share], { stroke: "currentColor", strokeOpacity: 0.4, strokeDasharray: "4 3" }),
            told(Plot.dot([{ scope: mean, share }], { x: "scope", y: "share", r: 4 }), `γ of share ${plain(share)}`),
          ]),
      ],
    },
    { series: styles, sample: "line" },
  );
}

/** A page that explains the figures. */
export function scopePage(
  sweeps: readonly ScopeSweep[],
  found: FoundScopes,
  figures: readonly Figure[],
  settings: PageSettings,
): string {
  const rows = shares.flatMap((of) =>
    found[of].map(({ share, mean, factor, n }) => [
      `${words[of].label} = ${plain(share)}`,
      mean === null ? "–" : short(mean),
      factor === null ? "–" : short(factor),
      `${n} of ${sweeps.length}`,
    ]),
  );
  return htmlPage(
    "Where the scope acts",
    `<p class="lead">${escaped("The network is trained while the scope γ sweeps a range. A scope at which the force γ(x − μ) is a small share of the gradient does nothing; one that holds the inner weights x' at a small distance leaves them no room. Between the two the scope is part of the method.")}</p>
${listHtml(scopeSentences(found, sweeps.length).map((line) => `${line}.`))}
${figures.map(figureHtml).join("\n")}
<p>A point is one outer step: the distances are those just before it, the gradient is its last mini-batch's. Training goes on during the
sweeps, so that they differ by where they were taken and by their batches; the factor over the sweeps is the spread of both. A share that
the sweep never crosses within the range has no scope here: try another range. With the force outside of the inner momentum (presets
lua, pytorch) the gradient acts up to ten times as strongly as the force, and the force's share passes 1.</p>
<h2>Scopes</h2>
${table([["share", "scope γ", "factor", "sweeps"], ...rows], "Geometric mean over the sweeps that cross the share, and the factor of one standard deviation of the logarithms.")}
${settingsHtml(settings, "The run of these settings, from its initial weights.")}`,
  );
}
