import * as Plot from "@observablehq/plot";
import { type Figure, palette, standaloneSvg } from "../report/figures.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml } from "../report/htmlPage.ts";
import type { SlicePoint } from "./slices.ts";

/** A solution on the line. */
export interface SliceMark {
  readonly x: number;
  readonly name: string;
}

/** Loss along the line, on a logarithmic scale: valleys are orders of magnitude below their walls. */
export function lineFigure(line: readonly SlicePoint[], marks: readonly SliceMark[]): Figure {
  const finite = line.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const svg = standaloneSvg({
    width: 760,
    height: 360,
    marginTop: 40,
    marginRight: 60,
    x: { label: "position on the line", labelAnchor: "center", grid: true },
    y: { label: "training loss (log scale)", labelAnchor: "center", grid: true, type: "log", tickFormat: "~g" },
    marks: [
      Plot.lineY(finite, { x: "x", y: "loss", stroke: palette[0]!, strokeWidth: 2 }),
      Plot.ruleX(marks, { x: "x", stroke: "#888" }),
      Plot.text(marks, { x: "x", text: "name", frameAnchor: "top", dy: -20 }),
    ],
  });
  const caption = "Training loss along the line; vertical rules mark the solutions. Errors are among the numbers.";
  return { name: "slice-line", title: "Along the line", caption, svg };
}

/** Loss on the surface, on a logarithmic colour scale. */
export function surfaceFigure(surface: readonly SlicePoint[], marks: readonly SliceMark[]): Figure {
  const finite = surface.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const xs = [...new Set(surface.map(({ x }) => x))];
  const ys = [...new Set(surface.map(({ y }) => y))];
  const [dx, dy] = [(xs[1]! - xs[0]!) / 2, (ys[1]! - ys[0]!) / 2];
  const svg = standaloneSvg({
    width: 760,
    height: 520,
    marginTop: 60,
    x: { label: "first direction", labelAnchor: "center" },
    y: { label: "second direction, filter-normalised", labelAnchor: "center" },
    color: { type: "log", scheme: "viridis", reverse: true },
    marks: [
      Plot.rect(finite, {
        x1: (d: SlicePoint) => d.x - dx,
        x2: (d: SlicePoint) => d.x + dx,
        y1: (d: SlicePoint) => d.y - dy,
        y2: (d: SlicePoint) => d.y + dy,
        fill: "loss",
        inset: -0.3,
      }),
      Plot.dot(marks, { x: "x", y: 0, r: 5, stroke: "white", fill: "black" }),
      Plot.text(marks, { x: "x", y: 0, text: "name", dy: -14, fill: "black", stroke: "white", strokeWidth: 4 }),
      ...colourBar(finite.map(({ loss }) => loss)),
    ],
  });
  const caption = "Training loss, logarithmic colours from yellow (low) to violet (high).";
  return { name: "slice-surface", title: "The surface", caption, svg };
}

/** The ends of the colour scale in words: an SVG by itself has no legend. */
function colourBar(losses: readonly number[]): Plot.Markish[] {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return [
    Plot.text([`loss from ${low.toPrecision(3)} (yellow) to ${high.toPrecision(3)} (violet)`], {
      ...{ frameAnchor: "top-left", dy: -40, text: (d: string) => d, textAnchor: "start" },
    }),
  ];
}

/** A page that explains the slices. */
export function slicePage(figures: readonly Figure[], settings: PageSettings): string {
  const lead =
    "A slice shows the loss in one or two of the directions of weight space. Between two solutions it tells whether a ridge " +
    "lies between them; around one, random directions with the norms of the weights' filters tell how wide its valley is, " +
    "fairly for networks whose weights could be rescaled.";
  return htmlPage(
    "Slices of the loss",
    `<p class="lead">${escaped(lead)}</p>
${figures.map(figureHtml).join("\n")}
${settingsHtml(settings, "The objective is the network as it would be deployed at each point: with batch norm, each point has statistics of its own.")}`,
  );
}
