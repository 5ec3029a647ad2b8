/** The landscape of the figure: the library's rough valleys, or what the reader drew. */
import { gridFunction, roughValleys, valleyRanges } from "entropy-sgd/planted";

export const numPoints = 1000;

/** Points whose heights the reader sets, at even distances; the curve between them is smooth. */
export const numControlPoints = 65;

/** The loss at the heights 0 and 1 of a drawn curve. */
export const drawnRange: readonly [number, number] = [-2.2, 0.2];

/** A landscape in the page's address: a seed, or heights from 0 to 1 at the control points. */
export interface LandscapeChoice {
  readonly seed: number;
  readonly drawn: Float64Array | null;
}

/** f at 0 … 999, shape (1000,). */
export function landscapeOf({ seed, drawn }: LandscapeChoice): Float64Array {
  if (drawn === null) return roughValleys(seed);
  const curve = gridFunction(drawn);
  return Float64Array.from({ length: numPoints }, (_, x) => lossOfHeight(curve.valueAt(controlIndexOf(x))));
}

/** The loss at a height. */
export function lossOfHeight(height: number): number {
  const [low, high] = drawnRange;
  return low + (high - low) * height;
}

/** x of a control point. */
export function controlX(i: number): number {
  return (i / (numControlPoints - 1)) * (numPoints - 1);
}

/** Where a point of the landscape is among the control points, between two of them as a fraction. */
function controlIndexOf(x: number): number {
  return (x / (numPoints - 1)) * (numControlPoints - 1);
}

/** Heights at the control points of a landscape, as a drawing begins with them. */
export function controlHeightsOf(loss: Float64Array): Float64Array {
  const [low, high] = drawnRange;
  return Float64Array.from({ length: numControlPoints }, (_, i) => {
    return storedHeight((loss[Math.round(controlX(i))]! - low) / (high - low));
  });
}

/** A drawing along a straight line between two points of the chart; the control points under it take its heights. */
export function drawLine(
  heights: Float64Array,
  [fromX, fromLoss]: readonly [number, number],
  [toX, toLoss]: readonly [number, number],
): Float64Array {
  const [low, high] = drawnRange;
  const [from, to] = [controlIndexOf(fromX), controlIndexOf(toX)];
  const [first, last] = [Math.round(Math.min(from, to)), Math.round(Math.max(from, to))];
  const drawn = heights.slice();
  for (let i = Math.max(0, first); i <= Math.min(numControlPoints - 1, last); i++) {
    const share = from === to ? 1 : Math.min(1, Math.max(0, (i - from) / (to - from)));
    drawn[i] = storedHeight((fromLoss + share * (toLoss - fromLoss) - low) / (high - low));
  }
  return drawn;
}

/** A height as the address keeps it, so that a reload shows the same. */
export function storedHeight(height: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, height))) / 255;
}

/** Curvature of the walls beyond the ends, which keep the balls in the figure; about that of the steepest valley. */
const wall = 0.01;

/** The slope of f, with walls beyond its ends. */
export function slopeOf(loss: Float64Array): (x: number) => number {
  const { slopeAt } = gridFunction(loss);
  const last = loss.length - 1;
  return (x) => (x < 0 ? wall * x : x > last ? wall * (x - last) : slopeAt(x));
}

/** Which valley of an undrawn landscape a point is in. */
export function valleyAt(x: number): "wide" | "sharp" | null {
  const within = ([first, last]: readonly [number, number]): boolean => x >= first && x <= last;
  return within(valleyRanges.wide) ? "wide" : within(valleyRanges.sharp) ? "sharp" : null;
}
