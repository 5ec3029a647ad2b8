import * as Plot from "@observablehq/plot";
import type { FigureMark } from "./figureOptions.ts";
import type { SeriesStyle } from "./styles.ts";
import { told } from "./told.ts";

/** Markers on a line of many points: enough to recognise it, too few to cover it. */
const maxMarkers = 6;
/** How much thicker a series is than the next, which is drawn over it, so that equal series are both visible. */
const thicker = { line: 0.5, marker: 0.35 };

/** Options of the marks of series. */
export interface SeriesMarkOptions<Point> {
  readonly x: keyof Point & string;
  readonly y: keyof Point & string;
  /** The field with the name of a point's series. */
  readonly series: keyof Point & string;
  readonly strokeWidth?: number;
  /** "few" for long lines. Default "all". */
  readonly markers?: "all" | "few" | "none";
  /** What is told of a point at the pointer; default its number. */
  readonly text?: (point: Point) => string;
}

/**
 * A line with markers for each series, in its style. Series may be equal: earlier ones are thicker, and markers stand at
 * different places of long lines.
 */
export function seriesMarks<Point extends object>(
  points: readonly Point[],
  styles: ReadonlyMap<string, SeriesStyle>,
  { x, y, series, strokeWidth = 1.8, markers = "all", text }: SeriesMarkOptions<Point>,
): FigureMark[] {
  return [...styles].flatMap(([name, { color, dash, symbol }], k) => {
    const own = points.filter((point) => point[series] === name);
    if (own.length === 0) return [];
    const step = markers === "few" ? Math.max(1, Math.floor(own.length / maxMarkers)) : 1;
    const behind = styles.size - 1 - k;
    const width = strokeWidth + thicker.line * behind;
    const marked = markers === "none" ? [] : own.filter((_, i) => i % step === k % step);
    const dots = Plot.dot(marked, { x, y, symbol, fill: color, r: 3.2 + thicker.marker * behind });
    const telling = text === undefined ? {} : { text };
    // A line needs two points; of one Plot draws a warning into the figure.
    if (own.length < 2) return [told(dots, name, telling)];
    const line = Plot.line(own, { x, y, z: null, stroke: color, strokeWidth: width, strokeDasharray: dash });
    return [told(line, name, telling), dots];
  });
}
