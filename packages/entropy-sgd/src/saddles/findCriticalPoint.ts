/**
 * Critical points of any index: where the gradient vanishes, minimum or saddle.
 *
 * @see Frye et al. 2021, "Critical point-finding methods reveal gradient-flat regions of deep network losses"
 *   (arXiv:2003.10397): such searches also end where the gradient is nearly in the Hessian's kernel
 * @see Roosta et al. 2018, "Newton-MR" (arXiv:1810.00303): the damped step
 */
import { extremeEigenpairs } from "../curvature/extremeEigenpairs.ts";
import { hessianAt } from "../curvature/hessianAt.ts";
import { productOf } from "../curvature/product.ts";
import { type SymmetricOperator, symmetricOperator } from "../curvature/symmetricOperator.ts";
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
import { minres } from "./minres.ts";

/** Options of `findCriticalPoint`. */
export interface CriticalPointOptions {
  /** Where the search starts, shape (n,). */
  readonly start: Vector;
  /** The point is critical where ‖∇f‖ is below. */
  readonly tolerance: number;
  /** Steps of descent on ½‖∇f‖² before Newton's. Default 0. */
  readonly numDescentSteps?: number;
  /** Newton steps at most. Default 50. */
  readonly numNewtonSteps?: number;
  /** Products per Newton step at most. Default n. */
  readonly numProductsPerStep?: number;
  readonly signal?: { readonly aborted: boolean };
}

const table: OptionTable<CriticalPointOptions> = {
  start: vectorOption("Where the search starts."),
  tolerance: numberOption("(0, ∞)", "The point is critical where ‖∇f‖ is below."),
  numDescentSteps: integerOption("[0, ∞)", "Steps of descent on ½‖∇f‖² before Newton's."),
  numNewtonSteps: integerOption("[0, ∞)", "Newton steps at most."),
  numProductsPerStep: integerOption("[1, ∞)", "Products per Newton step at most."),
  signal: signalOption(),
};

/** Where a search ended. */
export interface CriticalPoint {
  readonly point: Float64Array;
  readonly gradientNorm: number;
  /** Whether ‖∇f‖ is below the tolerance. */
  readonly converged: boolean;
  /**
   * ‖H∇f‖/(‖H‖‖∇f‖): near 0 the gradient lies in the Hessian's kernel, and the point is gradient-flat: small steps of
   * gradient do not bring it to zero, so that a critical point need not be near. 1 where ∇f is 0, NaN where it is not finite or the
   * search was aborted.
   */
  readonly gradientFlatness: number;
  /** ‖∇f‖ after each step. */
  readonly trace: readonly number[];
  readonly numGradients: number;
  readonly numProducts: number;
}

/** A step must lower ½‖∇f‖² by this share of what its slope promises. */
const sufficient = 1e-4;
const maxHalvings = 30;
/** Of ‖H‖: Newton steps are taken along curvatures down to what float32 products tell from 0. */
const leastSquaresTolerance = 1e-6;

/**
 * Minimises ½‖∇f‖²: first by its gradient H∇f, then by damped Newton steps −H⁺∇f from the minimal-residual method.
 *
 * Both step lengths are halved until ‖∇f‖² falls enough, so that ‖∇f‖ never rises. Neither prefers minima. A search that
 * stalls ends without convergence: a result, not an error.
 *
 * @throws TypeError or RangeError for a bad option; RangeError for products that are not finite where the gradient is
 */
export async function findCriticalPoint(
  objective: ObjectiveWith<"valueAndGradientAt" | "hessianProduct">,
  options: CriticalPointOptions,
): Promise<CriticalPoint> {
  const defaults = { numDescentSteps: 0, numNewtonSteps: 50, numProductsPerStep: options.start?.length };
  const checked = checkedOptions("findCriticalPoint", table, defaults, options);
  const { start, tolerance, numDescentSteps, numNewtonSteps, numProductsPerStep: maxSteps, signal } = checked;
  requireObjective("findCriticalPoint", objective, "valueAndGradientAt", "hessianProduct");
  const search = await begun(objective, start);
  const isUnderWay = (): boolean => norm(search.gradient) > tolerance && !signal?.aborted;
  for (let k = 0; k < numDescentSteps && isUnderWay(); k++) if (!(await descended(search))) break;
  for (let k = 0; k < numNewtonSteps && isUnderWay(); k++) if (!(await newtonStepped(search, maxSteps))) break;

  const { x: point, trace } = search;
  const gradientNorm = norm(search.gradient);
  let gradientFlatness = Number.NaN;
  if (gradientNorm === 0) gradientFlatness = 1;
  else if (Number.isFinite(gradientNorm) && !signal?.aborted) gradientFlatness = await gradientFlatnessOf(search);
  const { numGradients, numProducts } = search;
  return {
    point,
    gradientNorm,
    converged: gradientNorm <= tolerance,
    trace,
    gradientFlatness,
    numGradients,
    numProducts,
  };
}

/** The state of a search: its point, its trace and its counts. */
interface Search {
  x: Float64Array;
  gradient: Float64Array;
  /** ‖∇f‖ at the start and after each step. */
  readonly trace: number[];
  numGradients: number;
  numProducts: number;
  /** ∇f, counted. */
  gradientAt(x: Float64Array): Promise<Float64Array>;
  /** The Hessian at x, its products counted. */
  hessian(): SymmetricOperator;
}

async function begun(
  objective: ObjectiveWith<"valueAndGradientAt" | "hessianProduct">,
  start: Vector,
): Promise<Search> {
  const x = Float64Array.from(start);
  const search: Search = {
    x,
    gradient: x,
    trace: [],
    numGradients: 0,
    numProducts: 0,
    async gradientAt(at) {
      search.numGradients += 1;
      return (await evaluated("findCriticalPoint", objective, at)).gradient;
    },
    hessian() {
      const { dimension, apply } = hessianAt(objective, search.x);
      return symmetricOperator(dimension, (v) => {
        search.numProducts += 1;
        return apply(v);
      });
    },
  };
  search.gradient = await search.gradientAt(x);
  search.trace.push(norm(search.gradient));
  return search;
}

/** Moves along `step`, whose slope of ½‖∇f‖² is given; false where no length lowers it enough. */
async function moved(search: Search, step: Float64Array, slope: number): Promise<boolean> {
  const { x, gradient, trace } = search;
  const square = dot(gradient, gradient);
  for (let length = 1, k = 0; k <= maxHalvings; length /= 2, k++) {
    const candidate = x.map((value, i) => value + length * step[i]);
    const found = await search.gradientAt(candidate);
    if (dot(found, found) <= square + 2 * sufficient * length * slope) {
      [search.x, search.gradient] = [candidate, found];
      trace.push(norm(found));
      return true;
    }
  }
  return false;
}

/** A step along −H∇f, of the length that minimises ½‖∇f‖² where f is quadratic; false where it leads nowhere. */
async function descended(search: Search): Promise<boolean> {
  const hessian = search.hessian();
  const down = (await productOf(hessian, search.gradient)).map((value) => -value);
  const response = await productOf(hessian, down);
  const square = dot(down, down);
  const length = square / Math.max(dot(response, response), Number.MIN_VALUE);
  const step = down.map((value) => length * value);
  return square !== 0 && moved(search, step, -length * square);
}

/** A damped Newton step −H⁺∇f; false where it leads nowhere. */
async function newtonStepped(search: Search, maxSteps: number): Promise<boolean> {
  const { gradient } = search;
  const minus = gradient.map((value) => -value);
  // Exact enough for quadratic convergence near the point, loose far from it.
  const tolerance = Math.min(0.1, Math.sqrt(norm(gradient)));
  const options = { maxSteps, tolerance, leastSquaresTolerance };
  const { solution, residual } = await minres(search.hessian(), minus, options);
  // Hp = −g − r: the slope gᵀHp of ½‖g‖².
  const slope = -dot(gradient, gradient) - dot(gradient, residual);
  return slope < 0 && moved(search, solution, slope);
}

/** ‖H∇f‖/(‖H‖‖∇f‖), ‖H‖ from Lanczos. */
async function gradientFlatnessOf(search: Search): Promise<number> {
  const { x, gradient } = search;
  const hessian = search.hessian();
  const product = await productOf(hessian, gradient);
  const options = { numSteps: Math.min(20, x.length), count: 1, seed: 0 };
  const { largest, smallest } = await extremeEigenpairs(hessian, options);
  const spectralNorm = Math.max(Math.abs(largest[0].eigenvalue), Math.abs(smallest[0].eigenvalue));
  return norm(product) / (spectralNorm * norm(gradient));
}
