/**
 * The contracts of the library.
 *
 * Ownership rule: a function never writes to its vector arguments except `state`, which `step` consumes and may reuse;
 * call `clone(state)` to branch. Functions whose name ends in `Into` write their first argument.
 */

/** All parameters of a model, flat; shape (n,). */
export type Vector = Float32Array | Float64Array;

/** Where vectors live: plain arrays by default, one shared memory when an engine and the kernels work on the same. */
export interface VectorMemory {
  /** A zeroed vector of `length` elements of the same type as `like`. */
  allocate(length: number, like: Vector): Vector;
}

/** Plain data: numbers, strings, booleans, null, typed arrays, and arrays or records of these. No closures. */
export type PlainData =
  | number
  | string
  | boolean
  | null
  | Vector
  | readonly PlainData[]
  | { readonly [name: string]: PlainData };

/** Only a name in types: states hold no such field. */
declare const vectorType: unique symbol;

/** A state S whose vectors have the type V of the parameters that it was made from; what V is, `step` checks. */
export type StateOf<S, V extends Vector> = S & { readonly [vectorType]?: V };

/** The type of the vectors of a state; `Vector` where it is not known. */
export type VectorOf<S> = S extends { readonly [vectorType]?: infer V extends Vector } ? V : Vector;

/**
 * An optimizer that owns its points and is asked and told; `defineOptimizer` makes one, with the checks of all.
 *
 * The loop is the caller's: `state = optimizer.step(gradientAt(optimizer.gradientPoint(state)), state)`. Points are live:
 * the next `step` writes to them. Copy what you keep (`slice()`), or keep the best with `bestSoFar`.
 */
export interface Optimizer<S> {
  /**
   * Gradients per outer step: L of Entropy-SGD, 1 without an inner loop (SAM too, whose x is of use after any gradient). A loop
   * that ends at a multiple of it does not end within an inner loop.
   */
  readonly innerSteps: number;
  /**
   * The state before the first step; `params` is copied, and its type is that of all vectors.
   *
   * @throws TypeError unless `params` is a Float32Array or Float64Array
   */
  init<V extends Vector>(params: V, memory?: VectorMemory): StateOf<S, V>;
  /** Where to take the next mini-batch gradient, live; for Entropy-SGD the inner point x'. Shape (n,). */
  gradientPoint<T extends S>(state: T): VectorOf<T>;
  /**
   * One step with the mini-batch mean gradient at `gradientPoint(state)`; consumes `state`.
   *
   * A gradient that is not finite is no error: the outer step finds it, `progress(state).finite` tells it.
   *
   * @throws TypeError unless `gradient` is an array of the type of the point; RangeError for one of another length, or
   *   when a schedule gives no number in [0, ∞)
   */
  step<T extends S>(gradient: Vector, state: T): T;
  /**
   * What to evaluate, save and deploy, live: the next `step` overwrites it, so keep a copy (`slice()`, `bestSoFar`). For
   * Entropy-SGD the outer point x. Shape (n,).
   */
  evalPoint<T extends S>(state: T): VectorOf<T>;
  /** Whether the next gradient wants a new mini-batch; true when absent. SAM's second gradient uses the same batch. */
  needsNewBatch?(state: S): boolean;
}

/**
 * An optimizer whose outer step waits for the mean of what its replicas share. With a contribution on hand `step` is
 * refused until `couple` has made the outer step.
 */
export interface CoupledOptimizer<S> extends Optimizer<S> {
  /** What to share once an inner loop has ended, live; null while one is under way. Shape (n,). */
  contribution<T extends S>(state: T): VectorOf<T> | null;
  /**
   * The outer step, with the mean over the replicas; consumes `state`.
   *
   * @throws TypeError unless `mean` is an array of the type of the point; RangeError for one of another length, or without
   *   a contribution on hand
   */
  couple<T extends S>(mean: Vector, state: T): T;
}

/** A quantity as a function of the step t; its caller says which step is counted. */
export type Schedule = (step: number) => number;

/** A constant or a schedule. */
export type ScalarOrSchedule = number | Schedule;

/** What an outer step of local-entropy descent measured, for a `MeasuredSchedule`. */
export interface OuterMeasurement {
  /** ‖x' − x‖ just before the outer step. */
  readonly distance: number;
  /** ‖x‖ just before the outer step. */
  readonly weightNorm: number;
  /** ‖γ(x − μ)‖ just before the outer step. */
  readonly localEntropyGradientNorm: number;
  /** ‖∇f‖ of the step's last mini-batch gradient. */
  readonly gradientNorm: number;
  /** η' of the step's gradients. */
  readonly innerLearningRate: number;
}

/**
 * A quantity that is set anew after each outer step from what the step measured (`distanceScope`).
 *
 * The value is kept in the optimizer's state and `next` is a pure function, so that a resumed run keeps its bits.
 */
export interface MeasuredSchedule {
  /** Name and options tell it from others: a saved state goes on only under the same. */
  readonly name: string;
  readonly options: PlainData;
  /** The value of the first outer step. */
  readonly initial: number;
  /** The value of the next outer step, after one with `value`; finite and not negative. */
  next(value: number, measured: OuterMeasurement): number;
}

/**
 * Where a run stands and the plain numbers of its last steps; part of every state and read through `progress(state)`.
 *
 * A type alias, not an interface, so that states are assignable to `PlainData`.
 */
export type Progress = {
  /** Gradient evaluations so far. */
  readonly gradients: number;
  /** Outer steps so far; without an inner loop each gradient is one, two gradients are one of SAM's. */
  readonly outerSteps: number;
  /** Gradients taken since the last outer step. */
  readonly innerStep: number;
  /** η of the last gradient step (of the first, before it); the outer η for Entropy-SGD. */
  readonly learningRate: number;
  /**
   * ‖∇f‖ of the last mini-batch gradient that was measured, frozen ranges left out; 0 before the first, and NaN where the weights
   * were not finite.
   */
  readonly gradientNorm: number;
};

/** `Progress` of local-entropy descent, which has a scope γ and an inner loop. */
export type LocalEntropyProgress = Progress & {
  /** γ of the last gradient step (of the first, before it). */
  readonly scope: number;
  /** ‖x' − x‖ just before the last outer step; null before it. */
  readonly distance: number | null;
  /** ‖γ(x − μ)‖ just before the last outer step; null before it. */
  readonly localEntropyGradientNorm: number | null;
};

/** A state of any of the optimizers: plain data that tells its progress. */
export type AnyState = PlainData & { readonly progress: Progress & Partial<LocalEntropyProgress> };
