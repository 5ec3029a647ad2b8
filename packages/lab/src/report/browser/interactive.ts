/** Pointer and keys of one form of a figure. */
import type { FigureData, ViewData } from "../figureData.ts";
import { nearestPoints, type SeenPoint, seenPoints } from "../nearestPoints.ts";
import { allowed, type Direction, isWhole, pixelOf, wholeWindow, type ZoomWindow } from "../zoomWindow.ts";
import { zoomable } from "./drawZoomed.ts";
import { listenToKeys } from "./keys.ts";
import { selectable } from "./selection.ts";
import { tipOf } from "./tip.ts";
import { toolbar } from "./toolbar.ts";

interface Pixels {
  readonly x: number;
  readonly y: number;
}

/** Makes one form of a figure interactive; `say` tells screen readers. */
export function interactive(holder: HTMLElement, data: FigureData, view: ViewData, say: (text: string) => void): void {
  const svg = holder.querySelector("svg")!;
  const draw = zoomable(svg, data, view);
  const tip = tipOf(holder, svg, data, view);
  let window = wholeWindow(view);
  let seen = seenPoints(data, view, window);
  let shown: SeenPoint | null = null;

  const hide = (): void => {
    shown = null;
    tip.hide();
  };
  const showAt = (at: Pixels): void => {
    const found = nearestPoints(data.by, seen, at);
    if (found === null) {
      hide();
      return;
    }
    shown = found.nearest;
    say(tip.show(found.nearest, found.points));
  };
  const zoomTo = (wanted: ZoomWindow): void => {
    window = { x: allowed(view, "x", wanted.x), y: allowed(view, "y", wanted.y) };
    draw(window);
    seen = seenPoints(data, view, window);
    hide();
    buttons.setZoomed(!isWhole(view, window));
  };
  const zoomBy = (by: number): void => {
    const [left, top, right, bottom] = view.frame;
    const at = shown ?? { x: (left + right) / 2, y: (top + bottom) / 2 };
    const around = (direction: Direction): [number, number] => {
      const middle = pixelOf(view, window, direction, at[direction]);
      const [from, to] = window[direction];
      return [middle - (to - from) / (2 * by), middle + (to - from) / (2 * by)];
    };
    const kept = shown;
    zoomTo({ x: around("x"), y: around("y") });
    const again = kept && seen[kept.series]!.find(({ point }) => point === kept.point);
    if (again) showAt(again);
  };
  const reset = (): void => zoomTo(wholeWindow(view));
  const buttons = toolbar(holder, { zoomBy, reset });

  selectable(svg, view, {
    hover: showAt,
    leave: hide,
    select: (x, y) => {
      const within = (direction: Direction, [from, to]: readonly [number, number]): [number, number] => [
        pixelOf(view, window, direction, from),
        pixelOf(view, window, direction, to),
      ];
      zoomTo({ x: within("x", x), y: within("y", y) });
    },
    reset,
  });

  const move = (step: number): void => {
    const order = pointsInOrder(data.by, seen);
    if (order.length === 0) return;
    const isShown = ({ x, y }: SeenPoint): boolean => x === shown?.x && (data.by === "x" || y === shown.y);
    const from = shown === null ? (step > 0 ? -1 : order.length) : order.findIndex(isShown);
    showAt(order[Math.min(Math.max(from + step, 0), order.length - 1)]!);
  };
  listenToKeys(holder, { move, zoomBy, reset, leave: hide });
}

/** The points that keys pass, from left to right; those at the same x once where all of them are told together. */
function pointsInOrder(by: FigureData["by"], seen: readonly (readonly SeenPoint[])[]): SeenPoint[] {
  const all = seen.flat().sort((one, other) => one.x - other.x || one.y - other.y);
  return by === "point" ? all : all.filter(({ x }, i) => i === 0 || x > all[i - 1]!.x);
}
