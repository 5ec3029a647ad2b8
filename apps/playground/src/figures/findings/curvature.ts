/** The claims about the Hessian: its spectrum at a minimum, and saddles. */
import { shownNumber } from "../../ui/numbers.ts";
import type { Findings, Spectrum } from "./findings.ts";
import { publishedSpectrum } from "./published.ts";
import { type ClaimView, colorOf, optimizerNames, percent } from "./view.ts";

const numPoints = 600;

/** Σ wᵢ N(λ; λᵢ, σ²) on a grid: the shares of Lanczos's nodes, broadened so that they can be seen. */
export function densityAt(
  grid: Float64Array,
  { nodes, weights }: Pick<Spectrum, "nodes" | "weights">,
  sigma: number,
): Float64Array {
  return grid.map(
    (x) =>
      nodes.reduce((sum, node, i) => sum + weights[i]! * Math.exp(-((x - node) ** 2) / (2 * sigma * sigma)), 0) /
      (sigma * Math.sqrt(2 * Math.PI)),
  );
}

/** Most directions at a minimum are flat. */
export function spectrum({ spectra }: Findings): ClaimView {
  const low = Math.min(...spectra.map(({ smallest }) => smallest));
  const high = Math.max(...spectra.map(({ largest }) => largest));
  const sigma = (high - low) / 200;
  const [from, to] = [low - 6 * sigma, high + 6 * sigma];
  const xs = Float64Array.from({ length: numPoints }, (_, i) => from + ((to - from) * i) / (numPoints - 1));
  const { threshold } = spectra[0]!.nearZero;
  return {
    published: `${publishedSpectrum.where} of the paper, a small LeNet at the end of training: ${publishedSpectrum.shareNearZero} of the eigenvalues are within 10⁻⁴ of zero, the largest is ${publishedSpectrum.largest}, the most negative ${publishedSpectrum.smallest}; the network errs ${publishedSpectrum.testError}.`,
    measured: spectra
      .map(
        ({ optimizer, nearZero, largest, smallest }) =>
          `${optimizerNames[optimizer]}: ${percent(nearZero.share, 1)} % within ${nearZero.threshold} of zero, largest ${shownNumber(largest)}, most negative ${shownNumber(smallest)}.`,
      )
      .join(" "),
    verdict:
      "The bulk at zero is as published, for both optimizers. Our solutions err less and are far flatter at both ends; of ours, Entropy-SGD's is the sharper by these numbers. One run each.",
    chart: {
      title: "Density of the Hessian's eigenvalues, small LeNet",
      x: { label: "eigenvalue λ", range: [from, to] },
      y: { label: "density (log)", scale: "log", range: [1e-5, 1e3] },
      xs,
      lines: spectra.map((own) => ({
        name: optimizerNames[own.optimizer]!,
        color: colorOf(own.optimizer),
        ys: densityAt(xs, own, sigma),
      })),
    },
    caption: `Stochastic Lanczos quadrature, ${spectra[0]!.probes} probe of ${spectra[0]!.steps} steps on ${spectra[0]!.dimension.toLocaleString("en")} weights; every node is broadened by a Gaussian of σ = ${shownNumber(sigma)}.`,
    tables: [
      {
        caption: "Published and measured",
        columns: [
          "",
          `paper (${publishedSpectrum.where})`,
          ...spectra.map(({ optimizer }) => `ours, ${optimizerNames[optimizer]}`),
        ],
        rows: [
          [
            `share of |λ| < ${threshold}`,
            publishedSpectrum.shareNearZero,
            ...spectra.map(({ nearZero }) => `${percent(nearZero.share, 1)} %`),
          ],
          ["largest eigenvalue", publishedSpectrum.largest, ...spectra.map(({ largest }) => shownNumber(largest))],
          ["most negative", publishedSpectrum.smallest, ...spectra.map(({ smallest }) => shownNumber(smallest))],
        ],
      },
    ],
    sources: spectra.map(({ source }) => source),
  };
}

/** High critical points are saddles. */
export function saddles({ saddles: found }: Findings): ClaimView {
  const { energies, indices, correlation, numSearches, numNotConverged, source } = found;
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  const minima = indices.filter((index) => index === 0).length;
  return {
    published:
      "The paper's section 2 cites it: critical points with a high training error are exponentially likely to be saddles with many negative directions (Bray and Dean 2007, Dauphin et al. 2014, Choromanska et al. 2015).",
    measured: `${energies.length} distinct critical points from ${numSearches} searches (${numNotConverged} did not converge), energies ${shownNumber(low)} to ${shownNumber(high)}, ${minima} of them minima. Rank correlation of energy and index ${correlation.estimate.toFixed(3)}, 95 % interval ${correlation.low.toFixed(3)} to ${correlation.high.toFixed(3)}.`,
    verdict:
      "That these points are ordered is measured; that critical points in general are is not: nearly all were reached by descent in networks with some hidden units silent, each of which adds negative directions and costs loss. They are no fair sample.",
    chart: {
      title: `Index against energy of critical points, ${found.network}`,
      x: { label: "energy", range: [low - 0.05, high + 0.05] },
      y: { label: "negative directions, %", range: [-1, 100 * Math.max(...indices) + 2] },
      xs: [low, high],
      lines: [],
      points: [
        {
          name: "critical points",
          color: 0,
          size: 4,
          opacity: 0.7,
          xs: energies,
          ys: indices.map((index) => 100 * index),
        },
      ],
    },
    caption: `Each point is one critical point (‖∇‖ < ${shownNumber(found.tolerance)}) of the loss on the first ${found.examples} images of MNIST, pooled to 7×7.`,
    tables: [
      {
        caption: "Critical points by energy",
        columns: ["energy", "negative directions, %"],
        rows: energies.map((energy, i) => [energy.toFixed(4), percent(indices[i]!, 1)]),
      },
    ],
    sources: [source],
  };
}
