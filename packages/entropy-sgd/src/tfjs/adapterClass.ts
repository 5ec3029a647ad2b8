/** Optimizers of the library as classes of TensorFlow.js, made from the `tf` of whoever uses them. */
import { HostedOptimizer, type Kind } from "./hostedOptimizer.ts";
import { liveOption } from "./savedOptions.ts";
import type {
  HostOptimizer,
  HostTensor,
  HostVariable,
  NamedGradients,
  NamedHostTensor,
  TensorFlow,
  ValueAndGradients,
} from "./tensorFlow.ts";

/** What an optimizer of this entry has beyond those of TensorFlow.js. */
export interface TfjsOptimizer extends HostOptimizer {
  /** η now; it may be set at any time, by a callback for example. A schedule gives way to the number. */
  learningRate: number;
  /** The same as setting `learningRate`. */
  setLearningRate(learningRate: number): void;
  /** Whether the next gradient is to be taken on another mini-batch; false before SAM's second one. */
  readonly needsNewBatch: boolean;
  /**
   * Puts x' into the variables until `toEval`, for gradients by `tf.variableGrads`; `applyGradients` then puts the next x' there.
   *
   * @param variables - those that are trained; needed before the first gradient only
   */
  toTrain(variables?: readonly HostVariable[]): void;
  /** Puts x into the variables: the weights to look at, evaluate and save. */
  toEval(): void;
}

/** The class of a kind over `tf`, registered there. */
export function adapterClass(tf: TensorFlow, kind: Kind): new (options: object) => TfjsOptimizer {
  const Base = tf.Optimizer as unknown as new () => HostOptimizer;
  class Adapter extends Base {
    static readonly className: string = kind.className;
    /** @param config - of `getConfig`; loading a model adds a table of TensorFlow.js's own to it */
    static fromConfig(cls: new (options: object) => Adapter, config: object): Adapter {
      const { customObjects: _, ...options } = config as Readonly<Record<string, unknown>>;
      return new cls(liveOption(options) as object);
    }
    readonly #own: HostedOptimizer;
    constructor(options: object) {
      super();
      this.#own = new HostedOptimizer(tf, kind, options);
      for (const rate of kind.rates) {
        Object.defineProperty(this, rate, {
          get: () => this.#own.rate(rate),
          set: (value: number) => this.#own.setRate(rate, value),
        });
      }
    }
    override get iterations(): number {
      return this.#own.variables.iterations;
    }
    get needsNewBatch(): boolean {
      return this.#own.variables.needsNewBatch;
    }
    setLearningRate(learningRate: number): void {
      this.#own.setRate("learningRate", learningRate);
    }
    override minimize(f: () => HostTensor, returnCost = false, varList?: readonly HostVariable[]): HostTensor | null {
      return this.#own.minimize(f, returnCost, varList);
    }
    computeGradients(f: () => HostTensor, varList?: readonly HostVariable[]): ValueAndGradients {
      return this.#own.computeGradients(f, varList);
    }
    applyGradients(gradients: NamedGradients | readonly NamedHostTensor[]): void {
      this.#own.applyGradients(gradients);
    }
    toTrain(variables?: readonly HostVariable[]): void {
      if (variables !== undefined) this.#own.variables.bind(variables);
      this.#own.variables.toTrain();
    }
    toEval(): void {
      this.#own.variables.toEval();
    }
    getConfig(): object {
      return this.#own.getConfig();
    }
    getWeights(): Promise<NamedHostTensor[]> {
      return this.#own.getWeights();
    }
    setWeights(weights: readonly NamedHostTensor[]): Promise<void> {
      return this.#own.setWeights(weights);
    }
    override dispose(): void {
      this.#own.dispose();
    }
  }
  tf.serialization.registerClass(Adapter as never);
  return Adapter as unknown as new (
    options: object,
  ) => TfjsOptimizer;
}
