/** Thins a curve without a visible change of its drawing. */
import { isThinned, numKeptWhole } from "entropy-sgd-training";
import { grouped } from "../statistics/numbers.ts";

/** A figure is about 700 pixels wide: more bins would not be visible. */
const numBins = 700;
/** First, last, lowest and highest of each bin. */
const maxPoints = 4 * numBins;

/**
 * The first, last, lowest and highest point in each of 700 bins of equally many points, in their order; a curve with fewer
 * points than that unchanged.
 *
 * @see Jugel et al. 2014, "M4: a visualization-oriented time series data aggregation"
 */
export function decimated<Point>(points: readonly Point[], yOf: (point: Point) => number): readonly Point[] {
  if (points.length <= maxPoints) return points;
  const edge = (bin: number): number => Math.floor((bin * points.length) / numBins);
  return Array.from({ length: numBins }, (_, bin) => {
    const [start, end] = [edge(bin), edge(bin + 1)];
    let [lowest, highest] = [start, start];
    for (let at = start; at < end; at++) {
      if (yOf(points[at]!) < yOf(points[lowest]!)) lowest = at;
      if (yOf(points[at]!) > yOf(points[highest]!)) highest = at;
    }
    return [...new Set([start, lowest, highest, end - 1].sort((a, b) => a - b))].map((at) => points[at]!);
  }).flat();
}

/** Sentences for a caption on the points of the longest curve that are left out; empty if none is. */
export function leftOutWords(curves: readonly (readonly unknown[])[]): string {
  const longest = curves.reduce((most, { length }) => (length > most.length ? { length } : most), { length: 0 });
  const whole = grouped(numKeptWhole);
  return [
    ...(isThinned(longest)
      ? [` After ${whole} points the log keeps every second, after twice as many every fourth, and so on.`]
      : []),
    ...(longest.length > maxPoints
      ? [` Of each 1/${numBins} of a long curve its first, last, lowest and highest point are drawn.`]
      : []),
  ].join("");
}
