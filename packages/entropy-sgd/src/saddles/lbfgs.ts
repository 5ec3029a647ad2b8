/**
 * Limited-memory BFGS with backtracking: descent of a smooth deterministic function to where its gradient is small.
 *
 * @see Nocedal, Wright 2006, "Numerical optimization", algorithms 7.4 and 3.1
 */
import { dot, norm } from "../curvature/vectors.ts";
import { evaluated, type ObjectiveWith, requireObjective } from "../objective.ts";
import {
  checkedOptions,
  integerOption,
  numberOption,
  type OptionTable,
  signalOption,
  vectorOption,
} from "../options.ts";
import type { Vector } from "../types.ts";

/** Options of `lbfgs`. */
export interface LbfgsOptions {
  readonly start: Vector;
  /** Ends where ‖∇f‖ is below. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Pairs of steps kept. Default 20. */
  readonly numPairs?: number;
  readonly signal?: { readonly aborted: boolean };
}

/** The last point and how it was reached. */
export interface LbfgsResult {
  readonly point: Float64Array;
  /** f there. */
  readonly value: number;
  readonly gradientNorm: number;
  readonly converged: boolean;
  readonly numGradients: number;
}

const table: OptionTable<LbfgsOptions> = {
  start: vectorOption("The point to begin at."),
  tolerance: numberOption("(0, ∞)", "Ends where ‖∇f‖ is below."),
  maxSteps: integerOption("[0, ∞)", "Steps at most."),
  numPairs: integerOption("[1, ∞)", "Pairs of steps kept."),
  signal: signalOption(),
};

const sufficient = 1e-4;
const maxHalvings = 30;

/**
 * Descends on f, whose value never rises. A line search that finds nothing lower ends it without convergence: a result.
 *
 * Cost: one gradient per trial, mostly one per step; memory 2·numPairs vectors.
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value, and TypeError for a value that
 *   is no number
 */
export async function lbfgs(
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: LbfgsOptions,
): Promise<LbfgsResult> {
  const checked = checkedOptions("lbfgs", table, { numPairs: 20 }, options);
  requireObjective("lbfgs", objective, "valueAndGradientAt");
  const { start, tolerance, maxSteps, numPairs, signal } = checked;
  let numGradients = 0;
  const evaluate = async (x: Float64Array) => {
    numGradients += 1;
    return evaluated("lbfgs", objective, x);
  };
  const pairs: { step: Float64Array; change: Float64Array; product: number }[] = [];
  let x = Float64Array.from(start);
  let { value, gradient } = await evaluate(x);
  for (let k = 0; k < maxSteps && norm(gradient) > tolerance && !signal?.aborted; k++) {
    const direction = twoLoops(gradient, pairs);
    const slope = dot(gradient, direction);
    let moved = false;
    for (let length = 1, halvings = 0; halvings <= maxHalvings && !moved; length /= 2, halvings++) {
      const candidate = x.map((xi, i) => xi + length * direction[i]);
      const found = await evaluate(candidate);
      if (!(found.value <= value + sufficient * length * slope)) continue;
      moved = true;
      const step = candidate.map((xi, i) => xi - x[i]);
      const change = found.gradient.map((gi, i) => gi - gradient[i]);
      const product = dot(step, change);
      // Only pairs of positive curvature keep the approximate Hessian positive definite.
      if (product > 1e-12 * dot(change, change)) pairs.push({ step, change, product });
      if (pairs.length > numPairs) pairs.shift();
      x = candidate;
      ({ value, gradient } = found);
    }
    if (!moved) break;
  }
  const gradientNorm = norm(gradient);
  return { point: x, value, gradientNorm, converged: gradientNorm <= tolerance, numGradients };
}

/** −(approximate inverse Hessian)·gradient. */
function twoLoops(
  gradient: Float64Array,
  pairs: readonly { step: Float64Array; change: Float64Array; product: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const factors: number[] = [];
  for (let j = pairs.length - 1; j >= 0; j--) {
    const { step, change, product } = pairs[j];
    const factor = dot(step, q) / product;
    factors[j] = factor;
    for (let i = 0; i < q.length; i++) q[i] -= factor * change[i];
  }
  const last = pairs.at(-1);
  const scale = last === undefined ? 0.1 / Math.max(1, norm(gradient)) : last.product / dot(last.change, last.change);
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  pairs.forEach(({ step, change, product }, j) => {
    const factor = factors[j] - dot(change, q) / product;
    for (let i = 0; i < q.length; i++) q[i] += factor * step[i];
  });
  return q;
}
