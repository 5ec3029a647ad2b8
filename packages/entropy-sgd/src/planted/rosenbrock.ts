/** A curved ravine with one minimum at its end. */
import type { PlantedObjective } from "./gaussianWells.ts";

/**
 * f(x, y) = height · ((1 − x)² + steepness · (y − x²)²)
 *
 * The floor of the ravine is y = x², the minimum 0 at (1, 1). The Hessian there has the trace height · (2 + 10 steepness) and the
 * determinant height² · 4 steepness: the curvature along the ravine is far below that across it.
 *
 * Shapes: x and gradient (2,). No randomness.
 *
 * @see Rosenbrock 1960, "An automatic method for finding the greatest or least value of a function": steepness 100, height 1
 */
export function rosenbrock(steepness = 100, height = 1): PlantedObjective {
  const at = (x: number, y: number): number => height * ((1 - x) ** 2 + steepness * (y - x * x) ** 2);
  return {
    valueAt: ([x, y]) => at(x!, y!),
    valueAndGradientAt([x, y], out) {
      const rise = y! - x! * x!;
      out[0] = -2 * height * (1 - x! + 2 * steepness * x! * rise);
      out[1] = 2 * height * steepness * rise;
      return at(x!, y!);
    },
  };
}
