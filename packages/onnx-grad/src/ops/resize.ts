/**
 * Images of another size: [batch × channels × …] → the same with other sizes after the channels.
 *
 * Both are linear in x, with constant indices and weights, so derivatives of any order are right.
 */
import { requireFloat, requireOptions, requireShape } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Shape, Value } from "../graph/value.ts";
import { gather } from "./indexing.ts";
import { reshape, transpose } from "./layout.ts";
import { constant } from "./leaves.ts";
import { matmul } from "./matmul.ts";
import { repeat } from "./pieces.ts";

/**
 * Which place of the input the place i of an output s times as large has: `halfPixel` (i + ½)/s − ½, `asymmetric` i/s,
 * `alignCorners` i·(n − 1)/(m − 1), of n places to m.
 */
export type Coordinates = "halfPixel" | "asymmetric" | "alignCorners";

/** Which of two neighbours a place between them takes; `preferFloor` and `preferCeil` the nearer one, or that of equal ones. */
export type NearestRounding = "floor" | "ceil" | "preferFloor" | "preferCeil";

const coordinates = ["halfPixel", "asymmetric", "alignCorners"];
const roundings = ["floor", "ceil", "preferFloor", "preferCeil"];
const oneOf = (list: readonly string[]) => ({
  rule: list.join(" or "),
  holds: (value: unknown) => list.includes(value as string),
});

/** Options of `resizeLinear`. */
export interface ResizeOptions {
  /** `halfPixel` by default for `resizeLinear`, as PyTorch without align_corners; `asymmetric` for `resizeNearest`. */
  readonly coordinates?: Coordinates;
}

/** Options of `resizeNearest`; by default the ones of PyTorch's `nearest`. */
export interface ResizeNearestOptions extends ResizeOptions {
  /** `floor` by default. */
  readonly rounding?: NearestRounding;
}

const linearRules = { coordinates: oneOf(coordinates) };
const nearestRules = { ...linearRules, rounding: oneOf(roundings) };

/** The place among `from` places that the place i of `to` has, with to ≈ scale·from. */
type Place = (i: number, from: number, to: number, scale: number) => number;

/** The equations of `Coordinates`. */
export const places: Readonly<Record<Coordinates, Place>> = {
  halfPixel: (i, _from, _to, scale) => (i + 0.5) / scale - 0.5,
  asymmetric: (i, _from, _to, scale) => i / scale,
  alignCorners: (i, from, to) => (to === 1 ? 0 : (i * (from - 1)) / (to - 1)),
};

/** The neighbour that a place between two takes. */
export const rounded: Readonly<Record<NearestRounding, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  preferFloor: (x) => Math.ceil(x - 0.5),
  preferCeil: (x) => Math.floor(x + 0.5),
};

const within = (x: number, size: number): number => Math.min(Math.max(x, 0), size - 1);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Each element is the nearest one of the input. Cost: one pass per resized axis. */
export function resizeNearest(x: Value, sizes: readonly number[], options: ResizeNearestOptions = {}): Value {
  requireOptions("resizeNearest", options, nearestRules);
  const { coordinates: rule = "asymmetric", rounding = "floor" } = options;
  return alongAxes("resizeNearest", x, sizes, (y, axis, from, to) => {
    const place = (i: number): number => places[rule](i, from, to, to / from);
    return chosenAlong(
      y,
      axis,
      range(to).map((i) => within(rounded[rounding](place(i)), from)),
    );
  });
}

/** The elements of x at the places `nearest` along an axis. */
export function chosenAlong(x: Value, axis: number, nearest: readonly number[]): Value {
  const times = nearest.length / x.shape[axis]!;
  // Of whole multiples the adjoint is a plain sum.
  if (Number.isInteger(times) && nearest.every((at, i) => at === Math.floor(i / times)))
    return repeat(
      x,
      x.shape.map((_, i) => (i === axis ? times : 1)),
    );
  return gather(x, constant(nearest, [nearest.length], "int32"), axis);
}

/** Each element is interpolated linearly along each axis (bilinear for images). Cost: one matrix product per resized axis. */
export function resizeLinear(x: Value, sizes: readonly number[], options: ResizeOptions = {}): Value {
  requireOptions("resizeLinear", options, linearRules);
  const { coordinates: rule = "halfPixel" } = options;
  return alongAxes("resizeLinear", x, sizes, (y, axis, from, to) => {
    const weights = new Array<number>(to * from).fill(0);
    for (const i of range(to)) {
      const at = within(places[rule](i, from, to, to / from), from);
      const low = Math.floor(at);
      weights[i * from + low]! += 1 - (at - low);
      weights[i * from + within(low + 1, from)]! += at - low;
    }
    return weightedAlong(y, axis, constant(weights, [to, from]));
  });
}

/** Sums of the elements along an axis, weighted by the rows of a matrix [to × from]. */
export function weightedAlong(x: Value, axis: number, matrix: Value): Value {
  const last = x.shape.length - 1;
  if (axis === last && last > 0) return matmul(x, matrix, { transposeB: true });
  if (axis === last - 1) return matmul(matrix, x);
  if (last === 0) return reshape(matmul(matrix, reshape(x, [-1, 1])), [-1]);
  const exchanged = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return transpose(matmul(transpose(x, exchanged), matrix, { transposeB: true }), exchanged);
}

/** `resize` applied to each axis after the channels whose size changes. */
function alongAxes(
  op: string,
  x: Value,
  sizes: Shape,
  resize: (y: Value, axis: number, from: number, to: number) => Value,
): Value {
  requireFloat(op, undefined, [x]);
  requireShape(op, undefined, sizes);
  if (x.shape.length !== sizes.length + 2)
    throw shapeError(op, undefined, `there must be one size per axis after the channels (${sizes.join(", ")})`, [
      x.shape,
    ]);
  return sizes.reduce((y, to, i) => (to === x.shape[i + 2] ? y : resize(y, i + 2, x.shape[i + 2]!, to)), x);
}
