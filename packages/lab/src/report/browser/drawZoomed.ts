/** Moves what a figure's SVG has drawn to where it lies after zooming, and draws its ticks anew. */
import type { FigureData, ViewData } from "../figureData.ts";
import { positionOf } from "../scales.ts";
import {
  type Direction,
  enlargement,
  isWhole,
  labelledTicks,
  seenAt,
  visibleValues,
  wholeWindow,
  type ZoomWindow,
} from "../zoomWindow.ts";
import { svgElement } from "./svgElement.ts";

let numClips = 0;

/** Gives the function that draws a window. */
export function zoomable(svg: SVGSVGElement, data: FigureData, view: ViewData): (window: ZoomWindow) => void {
  const groups = [...svg.children].filter((child): child is SVGGElement => child.tagName === "g");
  const [left, top, right, bottom] = view.frame;
  const id = `frame-${++numClips}`;
  const clip = svgElement("clipPath", { id });
  clip.append(svgElement("rect", { x: left, y: top, width: right - left, height: bottom - top }));
  svg.append(clip);
  // The clip is on a group around, since the marks' own one may be moved beside their places.
  const moved = groups.flatMap((group, i) => {
    const moves = view.moves[i]!;
    if (moves === "") return [];
    const around = svgElement("g", {});
    group.replaceWith(around);
    around.append(group);
    return [{ group, around, moves }];
  });
  const axes = (["x", "y"] as const).flatMap((direction) => axisTicks(groups, data, view, direction));
  return (window) => {
    const whole = isWhole(view, window);
    for (const { group, around, moves } of moved) {
      if (whole || moves !== "xy") around.removeAttribute("clip-path");
      else around.setAttribute("clip-path", `url(#${id})`);
      for (const child of group.children) moveElement(child as SVGElement, view, window, moves, whole);
    }
    for (const draw of axes) draw(window);
  };
}

/** Where elements with a place of their own, such as symbols and texts, have it. */
const placePattern = /^translate\(([-\d.e]+),([-\d.e]+)\)/;

function moveElement(
  element: SVGElement,
  view: ViewData,
  window: ZoomWindow,
  moves: "x" | "y" | "xy",
  whole: boolean,
): void {
  element.dataset.drawn ??= element.getAttribute("transform") ?? "";
  const { drawn } = element.dataset;
  if (whole) {
    if (drawn === "") element.removeAttribute("transform");
    else element.setAttribute("transform", drawn!);
    element.style.removeProperty("display");
    return;
  }
  const to = (direction: Direction, pixel: number): number =>
    moves.includes(direction) ? seenAt(view, window, direction, pixel) : pixel;
  const place = placePattern.exec(drawn!);
  const center = ["cx", "cy"].map((name) => Number(element.getAttribute(name) ?? 0)) as [number, number];
  const isSymbol = place !== null || element.tagName === "circle";
  if (isSymbol) {
    const [x, y] = place === null ? center : [Number(place[1]), Number(place[2])];
    const [seenX, seenY] = [to("x", x), to("y", y)];
    const shift = place === null ? [seenX - x, seenY - y] : [seenX, seenY];
    element.setAttribute("transform", `translate(${shift})${drawn!.replace(placePattern, "")}`);
    // Outside of the frame there is no room for what moves in one direction alone.
    const [start, end] = wholeWindow(view).x;
    element.style.display = moves === "x" && (seenX < start || seenX > end) ? "none" : "";
    return;
  }
  const [scaleX, scaleY] = (["x", "y"] as const).map((direction) =>
    moves.includes(direction) ? enlargement(view, window, direction) : 1,
  );
  element.setAttribute("vector-effect", "non-scaling-stroke");
  element.setAttribute("transform", `matrix(${[scaleX, 0, 0, scaleY, to("x", 0), to("y", 0)]})`);
}

/** The functions that draw the groups of ticks, labels and grid lines of an axis. */
function axisTicks(
  groups: readonly SVGGElement[],
  data: FigureData,
  view: ViewData,
  direction: Direction,
): ((window: ZoomWindow) => void)[] {
  const scale = view[direction];
  const { type } = scale;
  if (type === "band") return [];
  const named = (name: string): SVGGElement[] =>
    groups.filter((group) => group.dataset.mark === `${direction}-${name}`);
  const count = Math.max(3, named("axis tick label")[0]?.children.length ?? 0);
  return ["axis tick", "axis tick label", "grid"].flatMap(named).map((group) => {
    const original = [...group.children] as SVGElement[];
    return (window) => {
      const template = original[0];
      if (template === undefined || enlargement(view, window, direction) === 1) {
        group.replaceChildren(...original);
        return;
      }
      const ticks = labelledTicks(data[direction], type, visibleValues(view, window, direction), count);
      const drawn = ticks.map(([value, text]) => {
        const tick = template.cloneNode(true) as SVGElement;
        placeTick(tick, direction, seenAt(view, window, direction, positionOf(scale, value)));
        if (tick.tagName === "text") tick.textContent = text;
        return tick;
      });
      group.replaceChildren(...drawn);
    };
  });
}

function placeTick(tick: SVGElement, direction: Direction, at: number): void {
  if (tick.tagName === "line") {
    for (const end of [1, 2]) tick.setAttribute(`${direction}${end}`, String(at));
    return;
  }
  const [, x, y] = placePattern.exec(tick.getAttribute("transform")!)!;
  tick.setAttribute("transform", direction === "x" ? `translate(${at},${y})` : `translate(${x},${at})`);
}
