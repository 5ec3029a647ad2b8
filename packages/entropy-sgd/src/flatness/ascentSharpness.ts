/**
 * Sharpness as the largest rise of the loss in a ball or a box around a point: max_e f(x + e) − f(x).
 *
 * @see Foret et al. 2021 (arXiv:2010.01412), equation 1: the ball; one ascent step is the quantity that SAM descends on
 * @see Keskar et al. 2017 (arXiv:1609.04836), metric 2.1: the box
 */
import { norm } from "../curvature/vectors.ts";
import { rangeError } from "../errors.ts";
import { evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import {
  checkedOptions,
  choiceOption,
  integerOption,
  numberOption,
  type OptionTable,
  vectorOption,
} from "../options.ts";
import { shared } from "../optionsShared.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import type { Vector } from "../types.ts";

/** Options of `ascentSharpness`. */
export interface AscentSharpnessOptions {
  /** x, shape (n,). */
  readonly params: Vector;
  /** ρ. */
  readonly radius: number;
  /** `ball` ‖e‖ ≤ ρ (default), or `box` |eᵢ| ≤ ρ(|xᵢ| + 1), Keskar's. */
  readonly region?: "ball" | "box";
  /** Steps to the point of the region farthest along the gradient; 1 in the ball is SAM's. */
  readonly numAscentSteps: number;
  /** Rounding unit of the losses: 2⁻²⁴ where they are computed in float32 (default), 2⁻⁵³ in float64. */
  readonly unit?: number;
  /** Seed of the first direction where the gradient vanishes. */
  readonly seed?: number;
}

const defaults: Required<Pick<AscentSharpnessOptions, "region" | "unit" | "seed">> = {
  region: "ball",
  unit: 2 ** -24,
  seed: 0,
};

const table: OptionTable<AscentSharpnessOptions> = {
  params: vectorOption("The point x."),
  radius: numberOption("(0, ∞)", "Radius ρ of the region."),
  region: choiceOption(["ball", "box"], "‖e‖ ≤ ρ, or |eᵢ| ≤ ρ(|xᵢ| + 1)."),
  numAscentSteps: integerOption("[1, ∞)", "Steps of ascent."),
  unit: numberOption("(0, 1)", "Rounding unit of the losses."),
  seed: shared.seed,
};

/** A lower bound of the maximum: the rise at the best point found. */
export interface AscentSharpness {
  readonly estimate: number;
  /** What rounding of both losses may have added to the rise or taken: unit·(|f(x)| + |f(x + e)|). */
  readonly rounding: number;
  /** f(x). */
  readonly loss: number;
  /** Keskar's form: 100·rise/(1 + f(x)). */
  readonly relative: number;
  /** Rise after each ascent step, best so far. */
  readonly trace: readonly number[];
  readonly numGradients: number;
}

/**
 * The rise found by e ← argmax of e·∇f(x + e_before) over the region: ρ∇f/‖∇f‖ in the ball, ±ρ(|xᵢ| + 1) in the box.
 *
 * Each step climbs where f is convex; at a minimum of a quadratic the ball's steps are the power method and tend to
 * ½ρ²λ_max. Cost: numAscentSteps + 1 gradients. Not invariant under rescaling of weights.
 * Randomness: only where ∇f(x) is 0, the first direction, a function of (seed, element).
 *
 * @throws TypeError or RangeError for a bad option; RangeError for a loss or gradient that is not finite at x
 */
export async function ascentSharpness(
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: AscentSharpnessOptions,
): Promise<AscentSharpness> {
  const checked = checkedOptions("ascentSharpness", table, defaults, options);
  requireObjective("ascentSharpness", objective, "valueAndGradientAt");
  const { params, radius, region, numAscentSteps, unit, seed } = checked;
  const x = Float64Array.from(params);
  let { value: base, gradient: direction } = await evaluated("ascentSharpness", objective, x);
  if (!Number.isFinite(base + norm(direction))) {
    const got = `${base} and ${norm(direction)}`;
    throw rangeError("ascentSharpness", "loss and gradient at params", "must be finite", base, got);
  }
  if (norm(direction) === 0) normalInto(direction, { key: randomKey(seed, "ascent"), stream: 0, step: 0 });
  let estimate = Number.NEGATIVE_INFINITY;
  const trace: number[] = [];
  for (let step = 0; step < numAscentSteps; step++) {
    const scale = radius / norm(direction);
    const farthest =
      region === "ball"
        ? (value: number, i: number): number => value + scale * direction[i]
        : (value: number, i: number): number => value + radius * (Math.abs(value) + 1) * Math.sign(direction[i]);
    const { value, gradient } = await evaluated("ascentSharpness", objective, x.map(farthest));
    estimate = Math.max(estimate, value - base);
    trace.push(estimate);
    if (norm(gradient) > 0) direction = gradient;
  }
  const rounding = unit * (Math.abs(base) + Math.abs(base + estimate));
  const relative = (100 * estimate) / (1 + base);
  return { estimate, rounding, loss: base, relative, trace, numGradients: numAscentSteps + 1 };
}
