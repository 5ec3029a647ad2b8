/** Weights with which Resize makes each place of an axis from the places before: all of its modes are linear in the image. */
import { listed } from "../tensor.ts";

/** How one axis is resized. */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  /** to / from, or the stated scale, of which `to` is the whole part. */
  readonly scale: number;
}

/** What is the same for all axes of a node. */
export interface Interpolation {
  readonly mode: "linear" | "cubic";
  /** The place before of the place i. */
  readonly place: (i: number, axis: ResizedAxis) => number;
  /** The parameter a of the cubic kernel. */
  readonly a: number;
  /** Whether the kernel is as wide as the places that one place is made of, when an image becomes smaller. */
  readonly antialias: boolean;
  /** Whether places outside count for nothing, instead of as the edge. */
  readonly excludeOutside: boolean;
}

/** 1 − |x| up to |x| = 1. */
const tent = (x: number): number => Math.max(0, 1 - Math.abs(x));

/** Keys' cubic convolution kernel (1981). */
function keys(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

/** The matrix [to × from], row-major; rows sum to 1. */
export function resizeWeights(
  axis: ResizedAxis,
  { mode, place, a, antialias, excludeOutside }: Interpolation,
): number[] {
  const { from, to, scale } = axis;
  const weights = listed(to * from, () => 0);
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const kernel = (x: number): number => (mode === "linear" ? tent(x * shrink) : keys(x * shrink, a));
  const reach = Math.ceil((mode === "linear" ? 1 : 2) / shrink);
  for (let i = 0; i < to; i++) {
    const at = place(i, axis);
    const floor = Math.floor(at);
    const near = Array.from({ length: 2 * reach + 1 }, (_, j) => floor - reach + j)
      .map((k) => ({ k, weight: kernel(k - at) }))
      .filter(({ k }) => !excludeOutside || (k >= 0 && k < from));
    const sum = near.reduce((all, { weight }) => all + weight, 0);
    for (const { k, weight } of near) weights[i * from + Math.min(Math.max(k, 0), from - 1)]! += weight / sum;
  }
  return weights;
}
