/**
 * The contract that every optimizer keeps: what it checks of gradients and parameters, and how its vectors are typed.
 */
import { rangeError, typeError } from "../errors.ts";
import { plainMemory } from "../memory.ts";
import { isVector } from "../state/walk.ts";
import type { Optimizer, StateOf, Vector, VectorMemory, VectorOf } from "../types.ts";

/** The parts of an optimizer, free of checks: `Optimizer` says what each does. */
export interface OptimizerDefinition<S> {
  /** Gradients per outer step. Default 1: no inner loop. */
  readonly innerSteps?: number;
  init(params: Vector, memory: VectorMemory): S;
  gradientPoint(state: S): Vector;
  /** Gives the state with all its fields: `{ ...state, … }`. */
  step(gradient: Vector, state: S): S;
  evalPoint(state: S): Vector;
  needsNewBatch?(state: S): boolean;
}

/**
 * An optimizer from its parts, with the checks that all have: the type of the parameters when it begins, type and length
 * of every gradient.
 *
 * Cost of the checks: O(1) per step.
 *
 * @param name - what messages begin with
 * @throws TypeError for a definition without its functions, RangeError for `innerSteps` that is no positive integer
 * @example
 * ```ts
 * import { defineOptimizer, type Progress, type Vector } from "entropy-sgd";
 * type State = { readonly progress: Progress; readonly params: Vector };
 * const start: Progress = { gradients: 0, outerSteps: 0, innerStep: 0, learningRate: 0.5, gradientNorm: 0 };
 * const signDescent = defineOptimizer<State>("signDescent", {
 *   init: (params) => ({ progress: start, params: params.slice() }),
 *   gradientPoint: ({ params }) => params,
 *   evalPoint: ({ params }) => params,
 *   step(gradient, state) {
 *     for (let i = 0; i < gradient.length; i++) state.params[i] -= 0.5 * Math.sign(gradient[i]);
 *     const done = state.progress.gradients + 1;
 *     return { ...state, progress: { ...state.progress, gradients: done, outerSteps: done } };
 *   },
 * });
 * const state = signDescent.step(new Float64Array([7]), signDescent.init(new Float64Array([3])));
 * signDescent.evalPoint(state)[0]; // => 2.5
 * ```
 */
export function defineOptimizer<S>(name: string, definition: OptimizerDefinition<S>): Optimizer<S> {
  requireParts("defineOptimizer", "definition", definition);
  const { innerSteps = 1 } = definition;
  if (!(Number.isSafeInteger(innerSteps) && innerSteps >= 1)) {
    throw rangeError("defineOptimizer", "innerSteps", "must be an integer in [1, ∞)", innerSteps);
  }
  // The vectors of a state are made like the parameters, and states only come from `init`: that their type is V, the
  // checks below hold at run time, and the casts say to the type system.
  return {
    ...definition,
    innerSteps,
    init<V extends Vector>(params: V, memory: VectorMemory = plainMemory) {
      if (!isVector(params)) {
        throw typeError(name, "params", "must be a Float32Array or a Float64Array", params);
      }
      return definition.init(params, memory) as StateOf<S, V>;
    },
    gradientPoint: <T extends S>(state: T) => definition.gradientPoint(state) as VectorOf<T>,
    evalPoint: <T extends S>(state: T) => definition.evalPoint(state) as VectorOf<T>,
    step<T extends S>(gradient: Vector, state: T) {
      checkVector(name, "gradient", gradient, definition.gradientPoint(state));
      return definition.step(gradient, state) as T;
    },
  };
}

const parts = ["init", "gradientPoint", "step", "evalPoint"];

/** @throws TypeError unless `value` has the four functions of an optimizer */
export function requireParts(where: string, name: string, value: unknown): void {
  const isWhole =
    typeof value === "object" &&
    value !== null &&
    parts.every((part) => typeof Reflect.get(value, part) === "function");
  if (!isWhole) throw typeError(where, name, `must have the functions ${parts.join(", ")}`, value);
}

/** @throws TypeError unless `vector` has the type of `like`, RangeError for another length */
export function checkVector(where: string, name: string, vector: unknown, like: Vector): void {
  const same = like instanceof Float32Array ? vector instanceof Float32Array : vector instanceof Float64Array;
  if (same && (vector as Vector).length === like.length) return;
  const type = like instanceof Float32Array ? "Float32Array" : "Float64Array";
  const rule = `must be a ${type} of ${like.length} elements`;
  throw (same ? rangeError : typeError)(where, name, rule, vector);
}
