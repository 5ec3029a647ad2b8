/**
 * Sharpness as the largest rise of the loss in a ball: max_{‖e‖ ≤ ρ} f(x + e) − f(x).
 *
 * @see Foret et al. 2021 (arXiv:2010.01412), equation 1; one ascent step is the quantity that SAM descends on
 */
import { norm } from "../curvature/hessianOperator.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import type { EnergyAt } from "../sampling/langevin.ts";
import type { Vector } from "../types.ts";

/** Where and how sharpness is measured. */
export interface AscentSharpnessOptions {
  /** x, shape (n,). */
  readonly params: Vector;
  /** ρ. */
  readonly radius: number;
  /** Steps e ← ρ∇f(x + e)/‖∇f(x + e)‖; 1 is SAM's. */
  readonly numAscentSteps: number;
  /** Seed of the first direction where the gradient vanishes. */
  readonly seed?: number;
}

/** A lower bound of the maximum: the rise at the best point found. */
export interface AscentSharpness {
  readonly estimate: number;
  /** Rise after each ascent step, best so far. */
  readonly trace: readonly number[];
  readonly numGradients: number;
}

/**
 * The rise found by normalised gradient ascent on the sphere of radius ρ.
 *
 * At a minimum of a quadratic this is the power method and tends to ½ρ²λ_max. Cost: numAscentSteps + 1 gradients and one
 * loss. Not invariant under rescaling of weights.
 *
 * @throws RangeError unless radius is positive and numAscentSteps a positive integer
 */
export async function ascentSharpness(
  lossAt: EnergyAt,
  { params, radius, numAscentSteps, seed = 0 }: AscentSharpnessOptions,
): Promise<AscentSharpness> {
  if (!(Number.isFinite(radius) && radius > 0)) {
    throw new RangeError(`ascentSharpness: radius must be in (0, ∞), got ${radius}`);
  }
  if (!Number.isInteger(numAscentSteps) || numAscentSteps < 1) {
    throw new RangeError(`ascentSharpness: numAscentSteps must be a positive integer, got ${numAscentSteps}`);
  }
  const x = Float64Array.from(params);
  const start = await lossAt(x);
  const base = start.energy;
  let direction = Float64Array.from(start.gradient);
  if (norm(direction) === 0) normalInto(direction, { key: randomKey(seed, "ascent"), stream: 0, step: 0 });
  let estimate = Number.NEGATIVE_INFINITY;
  const trace: number[] = [];
  for (let step = 0; step < numAscentSteps; step++) {
    const scale = radius / norm(direction);
    const { energy, gradient } = await lossAt(x.map((value, i) => value + scale * direction[i]));
    estimate = Math.max(estimate, energy - base);
    trace.push(estimate);
    if (norm(gradient) > 0) direction = Float64Array.from(gradient);
  }
  return { estimate, trace, numGradients: numAscentSteps + 1 };
}
