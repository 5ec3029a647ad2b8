/** f and −F on a grid over the plane, with their contours; the same in a worker and in Node. */

import { contours } from "d3-contour";
import { gridLocalEntropy } from "entropy-sgd/landscape";
import type { PlantedObjective } from "entropy-sgd/planted";
import { type LandscapeName, landscapes, square } from "./landscapes.ts";

/** The grid of the square: points along an axis, and their distance. */
export const grid = { size: 101, spacing: 0.04 } as const;
/** Points beyond each edge of the square over which −F sums too. */
const margin = 30;
const wholeSize = grid.size + 2 * margin;

/** Values on the grid, rows of ascending y one after the other, each of ascending x; shape (101, 101). */
export type Values = Float64Array;

/** The edge of the region where a field is at most `level`. */
export interface Contour {
  readonly level: number;
  /** Closed curves: x₀, y₀, x₁, y₁, … */
  readonly rings: readonly Float64Array[];
}

/** A field with its contours. */
export interface Field {
  readonly values: Values;
  readonly contours: readonly Contour[];
}

/** f and −F of a landscape. */
export interface Fields {
  readonly landscape: LandscapeName;
  readonly scope: number;
  readonly temperature: number;
  readonly loss: Field;
  readonly entropy: Field;
}

/** f and −F of a landscape, each with contours at levels of its own. */
export function fieldsOf(landscape: LandscapeName, scope: number, temperature: number): Fields {
  const whole = lossOverMargin(landscapes[landscape].objective);
  const contoured = (values: Values): Field => ({ values, contours: contoursOf(values, levelsOf(values)) });
  const loss = contoured(withoutMargin(whole));
  const entropy = contoured(withoutMargin(negativeLocalEntropy(whole, scope, temperature)));
  return { landscape, scope, temperature, loss, entropy };
}

/** f, on the square with its margin; shape (161, 161). Cost: 25,921 values. */
export function lossOverMargin({ valueAt }: PlantedObjective): Float64Array {
  const at = (i: number): number => square.low + grid.spacing * (i - margin);
  const point = new Float64Array(2);
  return Float64Array.from({ length: wholeSize * wholeSize }, (_, i) => {
    point[0] = at(i % wholeSize);
    point[1] = at(Math.floor(i / wholeSize));
    return valueAt(point);
  });
}

/**
 * −F(x) = −T log E exp(−f(x + ξ)/T), ξ normal with the deviation √(T/γ): negative local entropy in units of the loss
 *
 * It is that of the library less that of the loss 0, so that −F → f as γ → ∞. Exact but for the grid and its edge. Shape
 * (161, 161). Cost: 8·10⁶ exponentials.
 */
export function negativeLocalEntropy(loss: Float64Array, scope: number, temperature: number): Float64Array {
  const options = { scope, spacing: grid.spacing, inverseTemperature: 1 / temperature };
  const entropy = gridLocalEntropy(loss, { ...options, shape: [wholeSize, wholeSize] });
  const ofNothing = gridLocalEntropy(new Float64Array(wholeSize), options);
  return entropy.map((value, i) => value - ofNothing[i % wholeSize]! - ofNothing[Math.floor(i / wholeSize)]!);
}

/** The values on the square. */
export function withoutMargin(whole: Float64Array): Values {
  return Float64Array.from({ length: grid.size * grid.size }, (_, i) => {
    const [row, column] = [Math.floor(i / grid.size), i % grid.size];
    return whole[(row + margin) * wholeSize + column + margin]!;
  });
}

/** Fourteen levels from the lowest value to that which a twentieth of the points are above, half of them below the median. */
export function levelsOf(values: Values): number[] {
  const sorted = values.slice().sort();
  const quantile = (share: number): number => sorted[Math.floor(share * sorted.length)]!;
  const [low, high] = [sorted[0]!, quantile(0.95)];
  // In any case closer to each other where the values are low, which is where paths end.
  const power = Math.max(1.5, -Math.log2((quantile(0.5) - low) / (high - low)));
  return Array.from({ length: 14 }, (_, k) => low + (high - low) * ((k + 0.5) / 14) ** power);
}

/** The contours of a field at the levels. */
export function contoursOf(values: Values, levels: readonly number[]): Contour[] {
  const place = (cell: number): number => square.low + (cell - 0.5) * grid.spacing;
  // d3 gives the regions above a level.
  const regions = contours()
    .size([grid.size, grid.size])
    .thresholds(levels.map((level) => -level))(values.map((value) => -value));
  return regions.map(({ value, coordinates }) => ({
    level: -value,
    rings: coordinates.flat().map((ring) => Float64Array.from(ring.flat(), place)),
  }));
}

/** The value at a point between those of the grid, bilinear; NaN outside the square. */
export function valueBetween(values: Values, x: number, y: number): number {
  const [column, row] = [(x - square.low) / grid.spacing, (y - square.low) / grid.spacing];
  const last = grid.size - 1;
  if (!(column >= 0 && column <= last && row >= 0 && row <= last)) return Number.NaN;
  const [i, j] = [Math.min(last - 1, Math.floor(column)), Math.min(last - 1, Math.floor(row))];
  const [s, t] = [column - i, row - j];
  const at = (k: number, l: number): number => values[l * grid.size + k]!;
  const below = (1 - s) * at(i, j) + s * at(i + 1, j);
  return (1 - t) * below + t * ((1 - s) * at(i, j + 1) + s * at(i + 1, j + 1));
}
