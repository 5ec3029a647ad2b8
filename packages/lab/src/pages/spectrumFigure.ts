import * as Plot from "@observablehq/plot";
import type { Extremes, Spectrum } from "../measure/measureSpectrum.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml, table } from "../report/htmlPage.ts";
import { seriesColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { curvatureText, inPercent, short, withError, withPercentSign } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";

/** A bin of the density: its ends on the scale below and its mass. */
interface Bin {
  readonly from: number;
  readonly to: number;
  readonly mass: number;
}

/** Magnitudes below this are drawn in one central bin: products are computed in float32. */
const smallest = 1e-6;
const binsPerDecade = 4;
const binWidth = 0.8 / binsPerDecade;

/** Signed decades from `smallest` on: 0 in the middle, so that positive, negative and tiny eigenvalues are all seen. */
function position(value: number): number {
  const decades = Math.log10(Math.max(Math.abs(value), smallest) / smallest);
  return Math.sign(value) * decades;
}

/**
 * The magnitude below which the density does not resolve eigenvalues: between the two nodes of a probe that are nearest to
 * zero its mass may lie anywhere. 0 if the dense spectrum is known.
 */
function unresolvedBelow({ density, denseEigenvalues }: Spectrum): number {
  if (denseEigenvalues !== null) return 0;
  const gaps = density.probes.map(({ nodes }) => {
    const [nearest = 0, next = 0] = [...nodes].sort((one, other) => Math.abs(one) - Math.abs(other));
    return Math.max(Math.abs(nearest), Math.abs(next), Math.abs(nearest - next));
  });
  return Math.max(...gaps);
}

/** Mass of the density by signed decade, with one bin around zero; of the dense spectrum where there is one. */
function spectrumBins(spectrum: Spectrum): Bin[] {
  const { density, denseEigenvalues } = spectrum;
  const parts =
    denseEigenvalues === null
      ? density.probes.map(({ nodes, weights }) => ({ nodes, weights }))
      : [{ nodes: denseEigenvalues, weights: denseEigenvalues.map(() => 1 / denseEigenvalues.length) }];
  const near = Math.ceil(position(unresolvedBelow(spectrum)) * binsPerDecade);
  const masses = new Map<number, number>();
  for (const { nodes, weights } of parts) {
    nodes.forEach((node, k) => {
      const at = Math.round(position(node) * binsPerDecade);
      const bin = Math.abs(at) <= near ? 0 : at;
      masses.set(bin, (masses.get(bin) ?? 0) + weights[k]! / parts.length);
    });
  }
  return [...masses]
    .sort(([a], [b]) => a - b)
    .map(([bin, mass]) => {
      const half = binWidth / 2 + (bin === 0 ? near / binsPerDecade : 0);
      return { from: bin / binsPerDecade - half, to: bin / binsPerDecade + half, mass };
    });
}

/** The eigenvalues of a bin, up to the next ones, and their share. */
function binText({ from, to, mass }: Bin): string {
  const between = (1 / binsPerDecade - binWidth) / 2;
  const value = (at: number): number => Math.sign(at) * smallest * 10 ** Math.abs(at);
  const [low, high] = [value(from - between), value(to + between)].map((end) => short(end!));
  return `${low} to ${high}: a share of ${short(mass)}`;
}

/** The density on a signed logarithmic scale; masses on a logarithmic one. */
export function spectrumFigure(spectrum: Spectrum, name: string): Figure {
  const bins = spectrumBins(spectrum).filter(({ mass }) => mass > 0);
  const floor = Math.min(...bins.map(({ mass }) => mass)) / 2;
  const end = Math.ceil(Math.max(...bins.map(({ from, to }) => Math.max(Math.abs(from), Math.abs(to)))));
  const label = (decade: number): string =>
    decade === 0 ? "±1e-6" : `${decade < 0 ? "−" : ""}1e${Math.round(Math.abs(decade) + Math.log10(smallest))}`;
  const unresolved = unresolvedBelow(spectrum);
  const how =
    spectrum.denseEigenvalues === null
      ? `stochastic Lanczos quadrature, ${counted(spectrum.density.probes.length, "probe")}`
      : `all ${spectrum.dimension} eigenvalues of the dense Hessian`;
  const caption = [
    `${name}: density of eigenvalues (${how}).`,
    ...(unresolved > 0
      ? [
          `Light, with a dashed edge: |λ| below ${short(unresolved)}, where the quadrature does not resolve how eigenvalues lie.`,
        ]
      : []),
  ].join(" ");
  const isNear = ({ from, to }: Bin): boolean => unresolved > 0 && from < 0 && to > 0;
  const bar = { x1: "from", x2: "to", y1: floor, y2: "mass", fill: seriesColor(0) };
  return drawFigure(
    { name: "spectrum", title: "Hessian spectrum", caption },
    {
      x: {
        label: "eigenvalue (signed logarithmic scale)",
        labelAnchor: "center",
        domain: [-end, end],
        ticks: Array.from({ length: 2 * end + 1 }, (_, i) => i - end).filter((at) => end < 6 || at % 2 === 0),
        tickFormat: label,
      },
      y: { ...logarithmicAxis, label: "share of eigenvalues (log scale)", labelAnchor: "center", grid: true },
      marks: [
        told<Bin>(
          Plot.rect(
            bins.filter((bin) => !isNear(bin)),
            bar,
          ),
          "eigenvalues",
          { text: binText },
        ),
        told<Bin>(
          Plot.rect(bins.filter(isNear), { ...bar, fillOpacity: 0.3, stroke: seriesColor(0), strokeDasharray: "4 3" }),
          "eigenvalues",
          { text: (bin) => `${binText(bin)}, not resolved` },
        ),
      ],
    },
  );
}

/** A page that explains the spectrum and which shares are resolved. */
export function spectrumPage(spectrum: Spectrum, figure: Figure, settings: PageSettings): string {
  const extremesOf = ({ largest, smallest }: Pick<Spectrum, "largest" | "smallest">): string[][] => [
    ...[...largest]
      .reverse()
      .map((pair, i) => ["largest", String(i + 1), curvatureText(pair.estimate), curvatureText(pair.residual)]),
    ...smallest.map((pair, i) => [
      "smallest",
      String(i + 1),
      curvatureText(pair.estimate),
      curvatureText(pair.residual),
    ]),
  ];
  const shares = spectrum.nearZero.map(({ threshold, share, interval, quadratureError, resolved }) => [
    `|λ| < ${threshold}`,
    resolved ? withPercentSign(share, 1) : "not resolved",
    `${inPercent(interval[0], 1)} to ${withPercentSign(interval[1], 1)}`,
    `${inPercent(quadratureError, 1)} points`,
  ]);
  const lead =
    "Eigenvalues of the Hessian are the curvatures of the loss along orthogonal directions: near zero the loss is flat, " +
    "a few large ones make the walls of the valley, negative ones lead down. Raw curvatures change when weights are " +
    "rescaled without changing the network (Dinh et al. 2017), so compare them between networks with care.";
  return htmlPage(
    `Hessian spectrum: ${settings.run}`,
    `<p class="lead">${escaped(lead)}</p>
${figureHtml(figure)}
<h2>Extreme eigenvalues</h2>
${table([["end", "rank", "estimate", "residual ‖Hv − λv‖"], ...extremesOf(spectrum)], `Some eigenvalue lies within the residual of each estimate; residuals are measured by products in float32. ${copiesInWords(spectrum)}`)}
<h2>Relative to the weights' magnitudes</h2>
${table([["end", "rank", "estimate", "residual"], ...extremesOf(spectrum.relative)], `Of |w| ⊙ H(|w| ⊙ ·): curvature along relative changes, which rescaling of weights does not touch. ${copiesInWords(spectrum.relative)}`)}
<h2>Share near zero</h2>
${table([["", "share", "95 % interval", "of which by quadrature ±"], ...shares], "Bounds of the quadrature hold for any spectrum between its nodes, and more steps bring them together; beyond them is the sampling error of the probes. A share is told where the interval is at most 10 points wide.")}
${traceHtml(spectrum.trace)}
${settingsHtml(settings, "The objective is the function whose Hessian this is.")}`,
  );
}

function traceHtml(trace: Spectrum["trace"]): string {
  if (trace === null) return "";
  const { estimate, interval, standardError, degreesOfFreedom } = trace;
  const exact = degreesOfFreedom === Number.POSITIVE_INFINITY;
  const doubt = exact ? "arithmetic alone" : `standard error; ${degreesOfFreedom} degrees of freedom`;
  return `<p>Trace ${withError(estimate, standardError)}, 95 % interval ${interval.map(short).join(" to ")} (${doubt}).</p>`;
}

function copiesInWords({ complete }: Extremes): string {
  return complete
    ? "A search orthogonal to them found nothing further out: copies of multiple eigenvalues are listed."
    : "Copies of multiple eigenvalues may be missing.";
}
