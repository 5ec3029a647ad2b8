/** Values cut into pieces and repeated, composed of primitives. */
import { requireShape, requireValues } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { axisOf } from "./axisOf.ts";
import { broadcastTo, reshape, slice } from "./layout.ts";

/** The pieces of the given sizes along an axis (negative: from the end), one after another. */
export function split(x: Value, sizes: readonly number[], axis: number): Value[] {
  requireValues("split", undefined, [x]);
  const at = axisOf("split", undefined, axis, x.shape);
  requireShape("split", undefined, sizes);
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[at])
    throw shapeError("split", undefined, `the pieces (${sizes.join(", ")}) must make up axis ${at}`, [x.shape]);
  let end = 0;
  return sizes.map((size) => {
    const start = end;
    end += size;
    return slice(
      x,
      x.shape.map((_, i) => (i === at ? start : 0)),
      x.shape.map((n, i) => (i === at ? size : n)),
    );
  });
}

/** x repeated as a whole, `repeats[i]` times along axis i: [a b] twice is [a b a b]. */
export function tile(x: Value, repeats: readonly number[]): Value {
  requireCounts("tile", x, repeats);
  const blocks = reshape(
    x,
    x.shape.flatMap((size) => [1, size]),
  );
  return merged(
    broadcastTo(
      blocks,
      x.shape.flatMap((size, axis) => [repeats[axis]!, size]),
    ),
  );
}

/** Each element repeated, `repeats[i]` times along axis i: [a b] twice is [a a b b]. */
export function repeat(x: Value, repeats: readonly number[]): Value {
  requireCounts("repeat", x, repeats);
  const elements = reshape(
    x,
    x.shape.flatMap((size) => [size, 1]),
  );
  return merged(
    broadcastTo(
      elements,
      x.shape.flatMap((size, axis) => [size, repeats[axis]!]),
    ),
  );
}

/** Axes 2i and 2i + 1 as one axis i. */
function merged(x: Value): Value {
  return reshape(
    x,
    x.shape.flatMap((size, axis) => (axis % 2 === 0 ? [size * x.shape[axis + 1]!] : [])),
  );
}

function requireCounts(op: string, x: Value, repeats: readonly number[]): void {
  requireValues(op, undefined, [x]);
  requireShape(op, undefined, repeats);
  if (repeats.length !== x.shape.length)
    throw shapeError(op, undefined, `(${repeats.join(", ")}) must be one count per axis`, [x.shape]);
}
