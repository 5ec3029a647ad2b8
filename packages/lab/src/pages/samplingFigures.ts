import * as Plot from "@observablehq/plot";
import { centre, type GibbsFigure, modifiedBeta, type SampledTarget } from "../measure/gibbs.ts";
import type { LangevinFigure } from "../measure/langevin.ts";
import { drawFigure, type Figure, type FigureWords } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, table } from "../report/htmlPage.ts";
import { seriesColor, stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { fixed, plusMinus, withError, withPercentSign } from "../statistics/numbers.ts";

const height = 340;

/** A point of one of several paths. */
interface Walk {
  readonly series: number;
  readonly t: number;
  readonly y: number;
}

/** Brownian paths, chains over time, and where they end. */
export function langevinFigures({ brownian, dynamics, well }: LangevinFigure): Figure[] {
  return [brownianFigure(brownian), pathsFigure(dynamics), endsFigure(dynamics, well)];
}

function brownianFigure(brownian: LangevinFigure["brownian"]): Figure {
  const walks = brownian.flatMap((path, series) =>
    Array.from(path, (y, k): Walk => ({ series, y, t: k / (path.length - 1) })),
  );
  const spread = Array.from({ length: 101 }, (_, k) => ({
    t: k / 100,
    low: -2 * Math.sqrt(k / 100),
    high: 2 * Math.sqrt(k / 100),
  }));
  return drawFigure(
    {
      name: "brownian",
      title: "Brownian paths",
      caption: "Increments over a time t have variance t: the band is two standard deviations.",
    },
    {
      height: 320,
      x: { label: "time t", labelAnchor: "center", grid: true },
      y: { label: "W(t)", labelAnchor: "center", grid: true },
      marks: [
        Plot.areaY(spread, { x: "t", y1: "low", y2: "high", fill: "#8882" }),
        told<Walk>(
          Plot.lineY(walks, { x: "t", y: "y", z: "series", stroke: seriesColor(0), strokeOpacity: 0.6 }),
          ({ series }) => `path ${series + 1}`,
        ),
      ],
    },
  );
}

function pathsFigure(dynamics: LangevinFigure["dynamics"]): Figure {
  const styles = stylesOf(dynamics.map(({ name }) => name));
  return drawFigure(
    {
      name: "paths",
      title: "Two chains of each method",
      caption: "All start in the higher well, near 1; the global minimum is near −1.",
    },
    {
      height,
      x: { label: "step", labelAnchor: "center", grid: true },
      y: { label: "x", labelAnchor: "center", grid: true },
      marks: dynamics.map(({ name, paths }) =>
        told<Walk>(
          Plot.lineY(
            paths.flatMap((path, series) => path.map((y, k): Walk => ({ series, t: 10 * k, y }))),
            { x: "t", y: "y", z: "series", stroke: styles.get(name)!.color, strokeWidth: 0.8 },
          ),
          ({ series }) => `${name}, chain ${series + 1}`,
        ),
      ),
    },
    // Noisy paths have no dashes and no markers.
    { series: new Map([...styles].map(([name, style]) => [name, { ...style, dash: "none" }])) },
  );
}

function endsFigure(dynamics: LangevinFigure["dynamics"], well: LangevinFigure["well"]): Figure {
  const styles = stylesOf(dynamics.map(({ name }) => name));
  const xs = Array.from({ length: 201 }, (_, i) => -1.8 + (3.6 * i) / 200);
  const lowest = Math.min(...xs.map(well.energy));
  const potential = xs.map((x) => ({ x, y: well.energy(x) - lowest }));
  const histograms = dynamics.map(({ name, positions }) => ({ name, bins: histogram(positions, -1.8, 1.8, 60) }));
  const top = 4;
  const cut = histograms.filter(({ bins }) => bins.some(({ density }) => density > top)).map(({ name }) => name);
  return drawFigure(
    {
      name: "ends",
      title: "Where a thousand chains end",
      caption:
        "Positions after the last step, and the potential above its global minimum (grey, whole)." +
        (cut.length === 0 ? "" : ` Densities above ${top} are cut: ${cut.join(", ")}.`),
    },
    {
      height,
      x: { label: "x", labelAnchor: "center", grid: true },
      y: { label: "density of chains; potential U − min U", labelAnchor: "center", domain: [0, top] },
      marks: [
        told(
          Plot.lineY(
            potential.filter(({ y }) => y <= top),
            { x: "x", y: "y", stroke: "#888", strokeWidth: 3, strokeOpacity: 0.6 },
          ),
          "potential U − min U",
        ),
        ...histograms.map(({ name, bins }) => {
          const { color, dash } = styles.get(name)!;
          const line = { stroke: color, strokeWidth: 2, strokeDasharray: dash };
          return told(Plot.lineY(bins, { x: "x", y: "density", ...line, clip: true }), name);
        }),
      ],
    },
    { series: styles },
  );
}

/** A page that explains the figures, with the shares. */
export function langevinPage(result: LangevinFigure, figures: readonly Figure[]): string {
  const rows = result.dynamics.map(({ name, words, share, standardError }) => [
    name,
    words,
    plusMinus(share, standardError, 1, 100),
  ]);
  const lead =
    "Langevin dynamics is gradient descent with noise: x ← x − h∇U + √(2h/β)·N(0, 1). Descent stays in the well where it " +
    "starts; noise crosses barriers. Steps that shrink while the temperature stays sample the Gibbs distribution; a " +
    "temperature that falls seeks the global minimum.";
  return htmlPage(
    "Langevin dynamics",
    `<p class="lead">${escaped(lead)}</p>
${table([["dynamics", "numbers", "global well, % ± s.e."], ...rows], `1,000 chains, 4,000 steps, seed ${result.seed}. The Gibbs distribution at β = 1 has ${withPercentSign(result.gibbsShare, 1)} there, by quadrature.`)}
${figures.map(figureHtml).join("\n")}`,
  );
}

/** Samples against densities: the Gibbs distribution, then the modified one. */
export function gibbsFigures({ gibbs, modified }: GibbsFigure): Figure[] {
  return [
    targetsFigure(
      {
        name: "temperatures",
        title: "The Gibbs distribution at several temperatures",
        caption: "Lines: exp(−βh), normalised by quadrature; markers: Metropolis-adjusted Langevin samples.",
      },
      gibbs,
    ),
    targetsFigure(
      {
        name: "scopes",
        title: "The modified Gibbs distribution at several scopes",
        caption: `exp(−βh(x) − βγ(x − x')²/2) at β = ${modifiedBeta} around x' = ${centre}: a large γ keeps the samples near x', a small one leaves the Gibbs distribution.`,
      },
      modified,
    ),
  ];
}

function targetsFigure(words: FigureWords, targets: readonly SampledTarget[]): Figure {
  const styles = stylesOf(targets.map(({ label }) => label));
  const marks = targets.flatMap(({ label, density: { xs, values }, samples }) => {
    const { color, dash, symbol } = styles.get(label)!;
    const line = xs.map((x, i) => ({ x, density: values[i]! })).filter(({ x }) => Math.abs(x) <= 2.4);
    return [
      told(
        Plot.lineY(line, { x: "x", y: "density", stroke: color, strokeWidth: 1.5, strokeDasharray: dash }),
        `${label}, by quadrature`,
      ),
      told(
        Plot.dot(histogram(samples, -2.4, 2.4, 60), { x: "x", y: "density", symbol, fill: color, r: 2.4 }),
        `${label}, samples`,
      ),
    ];
  });
  return drawFigure(
    words,
    {
      height,
      x: { label: "x", labelAnchor: "center", grid: true, domain: [-2.4, 2.4] },
      y: { label: "density", labelAnchor: "center", grid: true, zero: true },
      marks,
    },
    { series: styles },
  );
}

/** A page that explains the figures, with masses and diagnostics. */
export function gibbsPage({ gibbs, modified, seed }: GibbsFigure, figures: readonly Figure[]): string {
  const rows = [...gibbs, ...modified].map(
    ({ inverseTemperature, scope, massLeft, shareLeft, standardError, rHat, acceptance }) => [
      `β = ${inverseTemperature}${scope === null ? "" : `, γ = ${scope}`}`,
      fixed(massLeft, 4),
      withError(shareLeft, standardError),
      fixed(rHat, 3),
      fixed(acceptance, 2),
    ],
  );
  const lead =
    "The Gibbs distribution exp(−βh) prefers low places, the more the colder it is; for β → ∞ only the global minimum is left. " +
    "Local entropy is the log-partition function of the modified one, which a Gaussian of the scope γ keeps near x'.";
  return htmlPage(
    "Gibbs distributions",
    `<p class="lead">${escaped(lead)}</p>
${figures.map(figureHtml).join("\n")}
<h2>Mass left of the barrier</h2>
${table([["target", "by quadrature", "samples ± standard error", "split-R̂", "acceptance"], ...rows], `4 chains of 20,000, seed ${seed}; standard errors from the effective sample size. A split-R̂ above 1.05 says that the chains have not mixed: where they cross the barrier too seldom, markers lie off their line.`)}`,
  );
}

interface Bin {
  readonly x: number;
  readonly density: number;
}

/** A normalised histogram over [low, high]. */
function histogram(values: Float64Array, low: number, high: number, numBins: number): Bin[] {
  const width = (high - low) / numBins;
  const counts = new Array<number>(numBins).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    if (bin >= 0 && bin < numBins) counts[bin] = counts[bin]! + 1;
  }
  return counts.map((count, i) => ({ x: low + (i + 0.5) * width, density: count / values.length / width }));
}
