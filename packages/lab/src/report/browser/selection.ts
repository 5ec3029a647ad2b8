/** Mouse, pen and finger on a figure: hovering, dragging over a range, and the double click. */
import type { ViewData } from "../figureData.ts";
import type { Interval } from "../zoomWindow.ts";
import { svgElement } from "./svgElement.ts";

/** Shorter drags are clicks; a drag this narrow in one direction selects all of it. In pixels. */
const [shortest, narrow] = [6, 18];

/** What a figure does. */
export interface SelectionActions {
  hover(at: { readonly x: number; readonly y: number }): void;
  leave(): void;
  select(x: Interval, y: Interval): void;
  reset(): void;
}

/** Listens on a figure. A finger reads values: it moves the page up and down as everywhere, and buttons zoom. */
export function selectable(svg: SVGSVGElement, { frame }: ViewData, actions: SelectionActions): void {
  const [left, top, right, bottom] = frame;
  const area = svgElement("rect", {
    ...{ class: "area", x: left, y: top, width: right - left, height: bottom - top },
    ...{ fill: "none", "pointer-events": "all" },
  });
  const range = svgElement("rect", { class: "range", "pointer-events": "none", visibility: "hidden" });
  svg.append(range, area);
  const at = (event: PointerEvent): { x: number; y: number } => {
    const { left: x, top: y, width } = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / width;
    return {
      x: Math.min(Math.max((event.clientX - x) * scale, left), right),
      y: Math.min(Math.max((event.clientY - y) * scale, top), bottom),
    };
  };
  let start: { x: number; y: number } | null = null;
  const rangeTo = (end: { x: number; y: number }): { x: Interval; y: Interval } | null => {
    const [wide, high] = [Math.abs(end.x - start!.x), Math.abs(end.y - start!.y)];
    if (Math.max(wide, high) < shortest) return null;
    const of = (one: number, other: number): Interval => [Math.min(one, other), Math.max(one, other)];
    return {
      x: wide < narrow && high >= narrow ? [left, right] : of(start!.x, end.x),
      y: high < narrow ? [top, bottom] : of(start!.y, end.y),
    };
  };
  const stop = (): void => {
    start = null;
    range.setAttribute("visibility", "hidden");
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") actions.hover(at(event));
    else if (event.button === 0) {
      start = at(event);
      area.setPointerCapture(event.pointerId);
    }
  });
  area.addEventListener("pointermove", (event) => {
    if (start === null) {
      actions.hover(at(event));
      return;
    }
    const selected = rangeTo(at(event));
    range.setAttribute("visibility", selected === null ? "hidden" : "visible");
    if (selected === null) return;
    actions.leave();
    const { x, y } = selected;
    const box = { x: x[0], y: y[0], width: x[1] - x[0], height: y[1] - y[0] };
    for (const [name, value] of Object.entries(box)) range.setAttribute(name, String(value));
  });
  area.addEventListener("pointerup", (event) => {
    const selected = start === null ? null : rangeTo(at(event));
    stop();
    if (selected !== null) actions.select(selected.x, selected.y);
  });
  area.addEventListener("pointercancel", stop);
  area.addEventListener("pointerleave", (event) => {
    // What a finger has found stays after it is lifted.
    if (event.pointerType !== "touch") actions.leave();
  });
  area.addEventListener("dblclick", actions.reset);
}
