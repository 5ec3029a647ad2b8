/** What the classes of the adapter do, apart from being classes of TensorFlow.js: options, gradients and tensors. */
import { rangeError, typeError } from "../errors.ts";
import { requireObject } from "../options.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import type { AnyState, Optimizer, ScalarOrSchedule } from "../types.ts";
import { DrivenVariables } from "./drivenVariables.ts";
import { plainOption } from "./savedOptions.ts";
import { stateFrom, tensorsOf } from "./savedState.ts";
import type {
  HostTensor,
  HostVariable,
  NamedGradients,
  NamedHostTensor,
  TensorFlow,
  ValueAndGradients,
} from "./tensorFlow.ts";

/** Learning rates, which may be set while training goes on. */
export type Rate = "learningRate" | "innerLearningRate";

/** An optimizer of the library as the adapter offers it. */
export interface Kind {
  /** The factory's name, for messages. */
  readonly where: string;
  /** What models are saved with. */
  readonly className: string;
  readonly rates: readonly Rate[];
  create(options: object): Optimizer<AnyState>;
  /** The options as they are when nothing is said. */
  defaults(options: object): object;
}

/** One optimizer; the class of TensorFlow.js is a shell of it. */
export class HostedOptimizer {
  readonly #tf: TensorFlow;
  readonly #kind: Kind;
  #options: Readonly<Record<string, unknown>>;
  #variables: DrivenVariables | null;
  /** Tensors that nobody else disposes of: what was saved last, and what a second evaluation of a loss has kept. */
  #owned: HostTensor[] = [];

  constructor(tf: TensorFlow, kind: Kind, options: object) {
    requireObject(kind.where, options);
    this.#tf = tf;
    this.#kind = kind;
    this.#variables = new DrivenVariables(tf, kind.where, kind.create(options));
    this.#options = { ...options };
  }

  /** @throws TypeError after `dispose` */
  get variables(): DrivenVariables {
    if (this.#variables === null) throw typeError(this.#kind.where, "", "was disposed of");
    return this.#variables;
  }

  /**
   * The options as JSON can hold them; a schedule is the call that made it.
   *
   * @throws TypeError for a schedule of the caller's own
   */
  getConfig(): object {
    const { where } = this.#kind;
    return Object.fromEntries(
      Object.entries(this.#options).map(([name, value]) => [name, plainOption(where, name, value)]),
    );
  }

  rate(name: Rate): number {
    const value: unknown = Reflect.get({ ...this.#kind.defaults(this.#options), ...this.#options }, name);
    return scheduledValue(value as ScalarOrSchedule, this.variables.outerSteps);
  }

  /** @throws TypeError or RangeError for a rate that the factory would refuse */
  setRate(name: Rate, value: number): void {
    const options = { ...this.#options, [name]: value };
    this.variables.goOnWith(this.#kind.create(options));
    this.#options = options;
  }

  minimize(f: () => HostTensor, returnCost: boolean, list?: readonly HostVariable[]): HostTensor | null {
    this.#disposeOwned();
    const cost = this.#descend(f, list);
    try {
      while (!this.variables.needsNewBatch) this.#descendAgain(f, list);
    } catch (error) {
      // The gradients still missing would be taken on another batch.
      this.variables.abandonStep();
      cost.dispose();
      throw error;
    }
    if (returnCost) return cost;
    cost.dispose();
    return null;
  }

  #descend(f: () => HostTensor, list?: readonly HostVariable[]): HostTensor {
    const { value, grads } = this.computeGradients(f, list);
    this.variables.step(grads);
    for (const gradient of Object.values(grads)) gradient?.dispose();
    return value;
  }

  /**
   * One more gradient on the same batch. The loss of `fit` keeps the tensors of its metrics, for a caller who disposes of those
   * of the first evaluation; these here go at the next step, since `trainOnBatch` reads them too.
   */
  #descendAgain(f: () => HostTensor, list?: readonly HostVariable[]): void {
    const kept: HostTensor[] = [];
    const watched = (): HostTensor => {
      const loss = f();
      kept.push(...this.#tf.engine().state.activeScope.track.filter((tensor) => tensor.kept));
      return loss;
    };
    this.#descend(watched, list).dispose();
    this.#owned.push(...kept.filter((tensor) => !tensor.isDisposed));
  }

  /** The loss and its gradients at x'. */
  computeGradients(f: () => HostTensor, list?: readonly HostVariable[]): ValueAndGradients {
    const driven = list ?? this.variables.variables;
    if (driven !== null) this.variables.bind(driven);
    const taken = this.variables.atGradientPoint(() =>
      this.#tf.variableGrads(f, driven === null ? undefined : [...driven]),
    );
    // Without a list, those that the first loss depends on: others are of other models.
    if (driven !== null) return taken;
    this.variables.bind(this.#named(taken.grads));
    if (!this.variables.isInStep) return taken;
    // A state was loaded in the middle of an inner loop: now that its variables are known, they can hold x'.
    for (const tensor of [taken.value, ...Object.values(taken.grads)]) tensor?.dispose();
    return this.computeGradients(f);
  }

  applyGradients(gradients: NamedGradients | readonly NamedHostTensor[]): void {
    const named = isList(gradients)
      ? Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]))
      : gradients;
    if (this.variables.variables === null) this.variables.bind(this.#named(named));
    this.variables.step(named);
  }

  #named(gradients: NamedGradients): HostVariable[] {
    const { registeredVariables } = this.#tf.engine();
    const names = Object.keys(gradients);
    const other = names.find((name) => registeredVariables[name] === undefined);
    if (other === undefined) return names.map((name) => registeredVariables[name]);
    throw rangeError(this.#kind.where, "applyGradients", "must be given gradients by the names of variables", other);
  }

  async getWeights(): Promise<NamedHostTensor[]> {
    this.#disposeOwned();
    const weights = tensorsOf(this.#tf, this.#kind.className, this.variables.save());
    this.#owned.push(...weights.map(({ tensor }) => tensor));
    return weights;
  }

  async setWeights(weights: readonly NamedHostTensor[]): Promise<void> {
    this.variables.load(await stateFrom(this.#kind.where, weights));
  }

  #disposeOwned(): void {
    for (const tensor of this.#owned) tensor.dispose();
    this.#owned = [];
  }

  dispose(): void {
    this.#disposeOwned();
    this.#variables = null;
  }
}

function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
