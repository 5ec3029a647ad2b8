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
  return keptIndices(0, points.length, numBins, [(at) => yOf(points[at]!)]).map((at) => points[at]!);
}

/**
 * Indices from `begin` to below `end`, ascending: in each bin of equally many the first, the last, and those at which a curve is lowest or
 * highest, at most 2 + 2·(number of curves) of each bin. Values that are NaN are neither.
 */
export function keptIndices(
  begin: number,
  end: number,
  numBins: number,
  curves: readonly ((at: number) => number)[],
): number[] {
  const length = end - begin;
  const edge = (bin: number): number => begin + Math.floor((bin * length) / numBins);
  return Array.from({ length: numBins }, (_, bin) => {
    const [first, behind] = [edge(bin), edge(bin + 1)];
    if (first === behind) return [];
    const kept = new Set([first, behind - 1]);
    for (const yOf of curves) for (const at of extremesOf(first, behind, yOf)) kept.add(at);
    return [...kept].sort((a, b) => a - b);
  }).flat();
}

/** Where a curve is lowest and highest; empty without any value. */
function extremesOf(begin: number, end: number, yOf: (at: number) => number): number[] {
  let [lowest, highest] = [-1, -1];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = begin; at < end; at++) {
    const y = yOf(at);
    if (y < low || (lowest < 0 && y === low)) [lowest, low] = [at, y];
    if (y > high || (highest < 0 && y === high)) [highest, high] = [at, y];
  }
  return lowest < 0 ? [] : [lowest, highest];
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
