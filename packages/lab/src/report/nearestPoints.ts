/** The points of a figure that are nearest to the pointer. */
import type { FigureData, ViewData } from "./figureData.ts";
import { positionOf } from "./scales.ts";
import { seenAt, type ZoomWindow } from "./zoomWindow.ts";

/** A point of a series where it is seen, in pixels. */
export interface SeenPoint {
  readonly series: number;
  readonly point: number;
  readonly x: number;
  readonly y: number;
  /** Half the width of a bar. */
  readonly reach: number;
}

/** How far a point that is told of alone may lie from the pointer, and that of another series from the nearest x, in pixels. */
const [farthest, beside] = [40, 12];

/** The points of each series that are within the frame. */
export function seenPoints(data: FigureData, view: ViewData, window: ZoomWindow): SeenPoint[][] {
  const [left, top, right, bottom] = view.frame;
  return data.series.map(({ x, y, reach, offset: [dx, dy] = [0, 0] }, series) =>
    data.xs[x]!.flatMap((value, point): SeenPoint[] => {
      const at = (of: number): number => seenAt(view, window, "x", positionOf(view.x, of));
      const half = reach === undefined ? 0 : Math.abs(at(value + reach[point]!) - at(value));
      const seen = {
        series,
        point,
        x: at(value) + dx,
        y: seenAt(view, window, "y", positionOf(view.y, y[point]!)) + dy,
        reach: half,
      };
      const isInside =
        seen.x + half >= left - 1 && seen.x - half <= right + 1 && seen.y >= top - 1 && seen.y <= bottom + 1;
      return isInside ? [seen] : [];
    }),
  );
}

/**
 * By "x": the nearest point of each series that has one near the pointer's x, from top to bottom, the nearest of all first
 * given as `nearest`. By "point": the nearest point alone.
 */
export function nearestPoints(
  by: FigureData["by"],
  seen: readonly (readonly SeenPoint[])[],
  at: { readonly x: number; readonly y: number },
): { readonly nearest: SeenPoint; readonly points: readonly SeenPoint[] } | null {
  const across = ({ x, reach }: SeenPoint): number => Math.max(0, Math.abs(x - at.x) - reach);
  const distance = (point: SeenPoint): number =>
    by === "x" ? across(point) + 1e-6 * Math.abs(point.y - at.y) : Math.hypot(across(point), point.y - at.y);
  const own = seen.flatMap((points) => {
    let [best, least] = [points[0], Number.POSITIVE_INFINITY];
    for (const point of points) {
      const far = distance(point);
      if (far < least) [best, least] = [point, far];
    }
    return best === undefined ? [] : [{ best, least }];
  });
  let nearest = own[0];
  for (const candidate of own) if (candidate.least < nearest!.least) nearest = candidate;
  if (nearest === undefined || (by === "point" && nearest.least > farthest)) return null;
  const { best } = nearest;
  const points = by === "point" ? [best] : own.map((one) => one.best).filter(({ x }) => Math.abs(x - best.x) <= beside);
  return { nearest: best, points: [...points].sort((one, other) => one.y - other.y) };
}
