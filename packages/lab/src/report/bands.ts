import * as Plot from "@observablehq/plot";
import type { FigureMark } from "./figureOptions.ts";
import type { SeriesStyle } from "./styles.ts";

/** A point with a spread. */
interface Spread {
  readonly low: number;
  readonly high: number;
}

/** The spread of each series from `low` to `high`, in its colour; that of a single point is a bar. */
export function bands<Point extends Spread>(
  points: readonly Point[],
  styles: ReadonlyMap<string, SeriesStyle>,
  { x, series }: { readonly x: keyof Point & string; readonly series: keyof Point & string },
): FigureMark[] {
  return [...styles].flatMap(([name, { color }]) => {
    const own = points.filter((point) => point[series] === name);
    if (own.length === 0) return [];
    const ends = { x, y1: "low", y2: "high" };
    // A band needs two points.
    return own.length === 1
      ? [Plot.ruleX(own, { ...ends, stroke: color, strokeOpacity: 0.5, strokeWidth: 3 })]
      : [Plot.areaY(own, { ...ends, z: null, fill: color, fillOpacity: 0.18 })];
  });
}
