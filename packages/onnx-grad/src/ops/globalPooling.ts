/** Pooling over whole images or sequences. */
import { requireFloat } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { reduceMax, reduceMean } from "./reductions.ts";

/** The axes after batch and channels. */
function imageAxes(op: string, label: string | undefined, x: Value): number[] {
  requireFloat(op, label, [x]);
  if (x.shape.length < 3) throw shapeError(op, label, "the input must be [batch × channels × …]", [x.shape]);
  return x.shape.map((_, axis) => axis).slice(2);
}

/** Mean over all axes after batch and channels: [b×c×…] → [b×c×1×…]. */
export function globalAveragePool(x: Value, label?: string): Value {
  return reduceMean(x, { axes: imageAxes("globalAveragePool", label, x), keepDims: true });
}

/** Maximum over all axes after batch and channels: [b×c×…] → [b×c×1×…]; the gradient is shared by equal maxima. */
export function globalMaxPool(x: Value, label?: string): Value {
  return reduceMax(x, { axes: imageAxes("globalMaxPool", label, x), keepDims: true });
}
