import * as Plot from "@observablehq/plot";
import type { SlicePoint } from "../measure/slices.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import type { FigureMark } from "../report/figureOptions.ts";
import { escaped, figureHtml, htmlPage, type PageSettings, settingsHtml } from "../report/htmlPage.ts";
import { seriesColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { significant } from "../statistics/numbers.ts";

/** A solution on the line. */
export interface SliceMark {
  readonly x: number;
  readonly name: string;
}

/** Loss along the line, on a logarithmic scale: valleys are orders of magnitude below their walls. */
export function lineFigure(line: readonly SlicePoint[], marks: readonly SliceMark[]): Figure {
  const finite = line.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  return drawFigure(
    {
      name: "slice-line",
      title: "Along the line",
      caption:
        "Training loss along the line; vertical rules mark the solutions. The metric at each point is among the numbers.",
    },
    {
      height: 360,
      marginTop: 40,
      marginRight: 60,
      x: { label: "position on the line", labelAnchor: "center", grid: true },
      y: { label: "training loss (log scale)", labelAnchor: "center", grid: true, ...logarithmicAxis },
      marks: [
        told(Plot.lineY(finite, { x: "x", y: "loss", stroke: seriesColor(0), strokeWidth: 2 }), "training loss"),
        Plot.ruleX(marks, { x: "x", stroke: "#888" }),
        Plot.text(marks, { x: "x", text: "name", frameAnchor: "top", dy: -20 }),
      ],
    },
  );
}

/** Loss on the surface, on a logarithmic colour scale. */
export function surfaceFigure(surface: readonly SlicePoint[], marks: readonly SliceMark[]): Figure {
  const finite = surface.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const xs = [...new Set(surface.map(({ x }) => x))];
  const ys = [...new Set(surface.map(({ y }) => y))];
  const [dx, dy] = [(xs[1]! - xs[0]!) / 2, (ys[1]! - ys[0]!) / 2];
  const losses = finite.map(({ loss }) => loss);
  return drawFigure(
    {
      name: "slice-surface",
      title: "The surface",
      caption:
        "Training loss, logarithmic colours; the bar at the right has their values, and empty cells no finite loss.",
    },
    {
      height: 520,
      marginTop: 40,
      marginRight: 90,
      inset: 0,
      x: { label: "first direction", labelAnchor: "center" },
      y: { label: "second direction, filter-normalised", labelAnchor: "center" },
      color: { type: "log", scheme: "viridis", reverse: true },
      marks: [
        told<SlicePoint>(
          Plot.rect(finite, {
            x1: (d: SlicePoint) => d.x - dx,
            x2: (d: SlicePoint) => d.x + dx,
            y1: (d: SlicePoint) => d.y - dy,
            y2: (d: SlicePoint) => d.y + dy,
            fill: "loss",
            inset: -0.3,
          }),
          "training loss",
          { value: ({ loss }) => loss },
        ),
        Plot.dot(marks, { x: "x", y: 0, r: 5, stroke: "white", fill: "black" }),
        Plot.text(marks, { x: "x", y: 0, text: "name", dy: -14, fill: "black", stroke: "white", strokeWidth: 4 }),
        ...colourBar(losses),
      ],
    },
    { by: "point" },
  );
}

/** A bar of the colours with their losses, at the right of the frame. */
function colourBar(losses: readonly number[]): FigureMark[] {
  if (losses.length === 0) return [];
  const [low, high] = [Math.log(Math.min(...losses)), Math.log(Math.max(...losses))];
  const [steps, height] = [40, 6];
  const at = (i: number): number => Math.exp(low + ((high - low) * i) / (steps - 1));
  const bar = Array.from({ length: steps }, (_, i) => i);
  const ticks = [0, 1, 2, 3, 4].map((k) => Math.round((k * (steps - 1)) / 4));
  const place = (i: number) => ({ frameAnchor: "bottom-right", dx: 22, dy: -(i + 0.5) * height }) as const;
  return [
    ...bar.map((i) => Plot.dot([at(i)], { ...place(i), symbol: "square", r: 6, fill: (loss: number) => loss })),
    ...ticks.map((i) =>
      Plot.text([at(i)], { ...place(i), dx: 34, text: (loss: number) => significant(loss, 2), textAnchor: "start" }),
    ),
    Plot.text(["loss"], { ...place(steps), dy: -(steps + 2) * height, textAnchor: "middle", text: (d: string) => d }),
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
