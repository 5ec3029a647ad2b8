/** Valleys of chosen places, depths and widths, in any dimension. */
import type { Vector } from "../types.ts";

/** One valley: −depth · exp(−‖x − centre‖² / 2width²). */
export interface GaussianWell {
  /** Shape (n,). */
  readonly centre: ArrayLike<number>;
  readonly depth: number;
  readonly width: number;
}

/** f with its gradient, as every instrument takes it. */
export interface PlantedObjective {
  valueAt(x: Vector): number;
  /** Writes ∇f to `out`, gives f. */
  valueAndGradientAt(x: Vector, out: Vector): number;
}

/**
 * f(x) = bowl/2 · ‖x‖² − Σ depth · exp(−‖x − centre‖² / 2width²)
 *
 * Shapes: x and gradient (n,). Cost: n exponentials' arguments per well. No randomness.
 *
 * @param bowl - curvature of the bowl that keeps walks near; 0 for none
 */
export function gaussianWells(wells: readonly GaussianWell[], bowl = 0): PlantedObjective {
  const at = (x: Vector, out?: Vector): number => {
    let value = 0;
    for (let i = 0; i < x.length; i++) {
      value += (bowl / 2) * x[i]! ** 2;
      if (out !== undefined) out[i] = bowl * x[i]!;
    }
    for (const { centre, depth, width } of wells) {
      let distance = 0;
      for (let i = 0; i < x.length; i++) distance += (x[i]! - centre[i]!) ** 2;
      const height = depth * Math.exp(-distance / (2 * width * width));
      value -= height;
      if (out === undefined) continue;
      for (let i = 0; i < x.length; i++) out[i] = out[i]! + (height * (x[i]! - centre[i]!)) / (width * width);
    }
    return value;
  };
  return { valueAt: (x) => at(x), valueAndGradientAt: (x, out) => at(x, out) };
}
