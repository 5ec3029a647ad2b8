/** The tip beside the pointer, with rings around the points that it tells of. */
import type { FigureData, SeriesData, ViewData } from "../figureData.ts";
import type { SeenPoint } from "../nearestPoints.ts";
import { spoken, tipText } from "../tipText.ts";
import { svgElement } from "./svgElement.ts";

/** Distance of the tip from its point, and radius of a ring, in pixels. */
const [apart, radius] = [14, 6];

/** The tip of a figure: `show` gives its sentence. */
export interface Tip {
  show(nearest: SeenPoint, points: readonly SeenPoint[]): string;
  hide(): void;
}

/** Adds a hidden tip to a figure. */
export function tipOf(holder: HTMLElement, svg: SVGSVGElement, data: FigureData, view: ViewData): Tip {
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  // Screen readers hear the same from the live region.
  box.setAttribute("aria-hidden", "true");
  holder.append(box);
  const rings = svg.appendChild(svgElement("g", { "pointer-events": "none", fill: "none", stroke: "currentColor" }));
  const hide = (): void => {
    box.hidden = true;
    rings.replaceChildren();
  };
  const show: Tip["show"] = (nearest, points) => {
    const text = tipText(data, nearest, points);
    const title = document.createElement("strong");
    title.textContent = text.title;
    const rows = text.rows.map(({ name, text: value, series }) => {
      const row = document.createElement("div");
      const label = document.createElement("span");
      label.append(...(series === null ? [] : sample(data.series[series]!)), name);
      row.append(label, value);
      return row;
    });
    box.replaceChildren(...(text.title === "" ? [] : [title]), ...rows);
    box.hidden = false;
    const [, top, , bottom] = view.frame;
    const line = { x1: nearest.x, x2: nearest.x, y1: top, y2: bottom, "stroke-opacity": 0.35 };
    const around = points.map(({ x, y, series }) => {
      const stroke = data.series[series]!.color ?? "currentColor";
      return svgElement("circle", { cx: x, cy: y, r: radius, stroke, "stroke-width": 2 });
    });
    rings.replaceChildren(...(data.by === "x" ? [svgElement("line", line)] : []), ...around);
    place(box, svg, { by: data.by, points }, view);
    return spoken(text);
  };
  return { show, hide };
}

/** A piece of the line of a series; nothing where its points have colours of their own. */
function sample({ color, dash = "none" }: SeriesData): SVGSVGElement[] {
  if (color === null) return [];
  const svg = svgElement("svg", { width: 22, height: 8 });
  const look = { stroke: color, "stroke-width": 3, "stroke-dasharray": dash };
  svg.append(svgElement("line", { x1: 0, x2: 22, y1: 4, y2: 4, ...look }));
  return [svg];
}

/** At the side with more room; above or below the points, beside a single one. */
function place(
  box: HTMLElement,
  svg: SVGSVGElement,
  { by, points }: { readonly by: FigureData["by"]; readonly points: readonly SeenPoint[] },
  { frame: [, top, , bottom] }: ViewData,
): void {
  const { width } = svg.getBoundingClientRect();
  const scale = width / svg.viewBox.baseVal.width;
  const [high, low] = [points[0]!.y, points.at(-1)!.y];
  const isLow = high + low > top + bottom;
  const left = points[0]!.x * scale;
  const beside = left > width / 2 ? left - apart - box.offsetWidth : left + apart;
  const [above, below] = by === "x" ? [top * scale, bottom * scale] : [high * scale + apart, low * scale - apart];
  box.style.left = `${Math.max(0, Math.min(beside, width - box.offsetWidth))}px`;
  box.style.top = `${isLow === (by === "x") ? above : Math.max(0, below - box.offsetHeight)}px`;
}
