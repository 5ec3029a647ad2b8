/**
 * Variables of TensorFlow.js that an optimizer of the library moves: which they are, where it stands, and what they hold.
 *
 * They hold x, the point to evaluate, whenever other code can look; x', where the gradient is taken, is lent to them only for
 * that, or from `toTrain` to `toEval`.
 */
import { rangeError, typeError } from "../errors.ts";
import { deserialise, serialise } from "../state/serialise.ts";
import type { AnyState, Optimizer } from "../types.ts";
import { assignFrom, lend, requireFloats, requireShapes, valuesOf, writeInto } from "./flatVariables.ts";
import type { SavedState } from "./savedState.ts";
import type { HostVariable, NamedGradients, TensorFlow } from "./tensorFlow.ts";

/** Options that may have changed since a state was saved. */
const changeable = ["learningRate", "innerLearningRate"];

/** The variables and the state over them. */
interface Bound {
  readonly variables: readonly HostVariable[];
  readonly gradient: Float32Array;
  state: AnyState;
  /** What the variables held when they were last given values here: anything else was assigned by others. */
  held: readonly object[];
}

/** One optimizer's variables; a class, since it has to remember what they hold. */
export class DrivenVariables {
  readonly #tf: TensorFlow;
  /** The factory's name, for messages. */
  readonly #where: string;
  #optimizer: Optimizer<AnyState>;
  #bound: Bound | null = null;
  /** A state to go on from, once the variables are known. */
  #pending: SavedState | null = null;
  /** Whether they hold x' between the gradients too. */
  #training = false;
  /** Whether a gradient has been taken at x' and no step has been made with it. */
  #taken = false;

  constructor(tf: TensorFlow, where: string, optimizer: Optimizer<AnyState>) {
    this.#tf = tf;
    this.#where = where;
    this.#optimizer = optimizer;
  }

  /** null before the first gradient. */
  get variables(): readonly HostVariable[] | null {
    return this.#bound?.variables ?? null;
  }

  /** Gradients so far, those before the state was saved too. */
  get iterations(): number {
    return this.#bound?.state.progress.gradients ?? this.#pending?.gradients ?? 0;
  }

  /** Outer steps so far, those before the state was saved too. */
  get outerSteps(): number {
    return this.#bound?.state.progress.outerSteps ?? this.#pending?.outerSteps ?? 0;
  }

  /** Whether the next gradient is to be taken on another mini-batch. */
  get needsNewBatch(): boolean {
    return this.#bound === null || (this.#optimizer.needsNewBatch?.(this.#bound.state) ?? true);
  }

  /** Another optimizer goes on from the state: the same one with another rate. */
  goOnWith(optimizer: Optimizer<AnyState>): void {
    this.#optimizer = optimizer;
  }

  /**
   * Says which variables are driven from now on; those that are not trainable are left out.
   *
   * Where the list has changed (a layer was frozen or added) or others have assigned values, an outer loop begins anew at what
   * the variables hold: momenta are forgotten, steps and noise are counted on.
   *
   * @throws TypeError for what is no list, variables of another model, or of another type than float32; RangeError or TypeError
   *   for a loaded state that is not of these
   */
  bind(list: readonly HostVariable[]): void {
    if (!Array.isArray(list)) throw typeError(this.#where, "variables", "must be an array of variables", list);
    // A layer that is in two models of one is listed twice.
    const variables = [...new Set(list)].filter((one) => one?.trainable);
    // Without any, TensorFlow.js says so.
    if (variables.length === 0) return;
    const bound = this.#bound;
    const same =
      bound?.variables.length === variables.length && variables.every((one, i) => one === bound.variables[i]);
    if (same && variables.every(({ dataId }, i) => dataId === bound.held[i])) return;
    if (bound !== null && !variables.some((one) => bound.variables.includes(one))) {
      throw typeError(this.#where, "", "has trained another model: make one optimizer for each model");
    }
    requireFloats(this.#where, variables);
    const values = valuesOf(variables);
    const state = bound === null ? this.#begin(values) : this.#beginAnew(values, bound.state);
    this.#bound = { variables, gradient: new Float32Array(values.length), state, held: [] };
    this.#show(this.#bound);
  }

  /** Ends a step that cannot be completed: what comes next begins anew at x, as in `bind`. */
  abandonStep(): void {
    const bound = this.#bound;
    if (bound === null) return;
    bound.state = this.#beginAnew(this.#optimizer.evalPoint(bound.state) as Float32Array, bound.state);
    this.#show(bound);
  }

  #begin(values: Float32Array): AnyState {
    const fresh = this.#optimizer.init(values);
    if (this.#pending === null) return fresh;
    const saved = deserialise(this.#pending.state, fresh, { changed: changeable });
    this.#pending = null;
    // Between toTrain and toEval the model was saved with x' in its variables.
    const points = [this.#optimizer.evalPoint(saved), this.#optimizer.gradientPoint(saved)];
    const isThere = points.some((point) => values.every((value, i) => Object.is(value, point[i])));
    return isThere ? saved : this.#beginAnew(values, saved);
  }

  #beginAnew(values: Float32Array, { progress }: AnyState): AnyState {
    return Object.assign(this.#optimizer.init(values), { progress: { ...progress, innerStep: 0 } });
  }

  /** Whether some gradients of an outer step have been taken, so that x' is another point than x. */
  get isInStep(): boolean {
    return this.#bound !== null && this.#bound.state.progress.innerStep !== 0;
  }

  /** What `compute` gives while the variables hold x'. */
  atGradientPoint<T>(compute: () => T): T {
    const bound = this.#bound;
    // Before the first step, and for optimizers without an inner loop, the variables hold x' already.
    const away = bound !== null && !this.#training && !this.#isAtX(bound);
    const point = away ? this.#optimizer.gradientPoint(bound.state) : null;
    const giveBack = point === null ? null : lend(this.#tf, this.#bound!.variables, point as Float32Array);
    try {
      const result = compute();
      this.#taken = true;
      return result;
    } finally {
      giveBack?.();
      if (away) bound.held = heldBy(bound.variables);
    }
  }

  /**
   * One step. A variable without a gradient has one of 0.
   *
   * @throws TypeError unless the gradients were taken at x', RangeError for a gradient of another variable or of another shape
   */
  step(gradients: NamedGradients): void {
    const bound = this.#required("applyGradients");
    const names = new Set(bound.variables.map(({ name }) => name));
    const other = Object.keys(gradients).find((name) => gradients[name] && !names.has(name));
    if (other !== undefined) {
      throw rangeError(this.#where, "applyGradients", "must be given gradients of its own variables alone", other);
    }
    requireShapes(this.#where, bound.variables, gradients);
    if (!this.#taken && !this.#training && !this.#isAtX(bound)) {
      throw typeError(this.#where, "applyGradients", "needs gradients at x': call toTrain() before they are computed");
    }
    this.#taken = false;
    writeInto(bound.gradient, bound.variables, (one) => gradients[one.name]);
    const { outerSteps } = bound.state.progress;
    bound.state = this.#optimizer.step(bound.gradient, bound.state);
    // x moves in outer steps alone.
    if (this.#training || bound.state.progress.outerSteps !== outerSteps) this.#show(bound);
  }

  /** Makes the variables hold x' until `toEval`. */
  toTrain(): void {
    const bound = this.#required("toTrain");
    if (this.#training) return;
    this.#training = true;
    this.#show(bound);
  }

  /** Makes the variables hold x. */
  toEval(): void {
    if (!this.#training) return;
    const bound = this.#required("toEval");
    this.#training = false;
    this.#show(bound);
  }

  /** The state, as a copy; null before the first gradient. */
  save(): SavedState | null {
    const bound = this.#bound;
    if (bound === null) return this.#pending;
    return { gradients: this.iterations, outerSteps: this.outerSteps, state: serialise(bound.state) };
  }

  /** Goes on from a saved state with the variables of the next gradient; null begins from the beginning. */
  load(saved: SavedState | null): void {
    this.#pending = saved;
    this.#bound = null;
    this.#training = false;
  }

  #isAtX({ state }: Bound): boolean {
    return this.#optimizer.gradientPoint(state) === this.#optimizer.evalPoint(state);
  }

  #show(bound: Bound): void {
    const point = this.#training ? this.#optimizer.gradientPoint(bound.state) : this.#optimizer.evalPoint(bound.state);
    assignFrom(this.#tf, bound.variables, point as Float32Array);
    bound.held = heldBy(bound.variables);
  }

  /** The variables and the state over what they hold, which others may have assigned. */
  #required(what: string): Bound {
    if (this.#bound === null) {
      throw typeError(this.#where, what, "needs variables: call toTrain(variables) before it, or minimize");
    }
    this.bind(this.#bound.variables);
    return this.#bound;
  }
}

/** What identifies the values of variables. */
function heldBy(variables: readonly HostVariable[]): object[] {
  return variables.map(({ dataId }) => dataId);
}
