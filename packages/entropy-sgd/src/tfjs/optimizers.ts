/** The optimizers that the adapter offers, by the names that users call. */
import {
  type AdamOptions,
  adamDefaults,
  adamwDefaults,
  adam as libraryAdam,
  adamw as libraryAdamw,
} from "../optimizers/adam.ts";
import { entropyAdamDefaults, entropyAdam as libraryEntropyAdam } from "../optimizers/entropyAdam.ts";
import { adaptiveDefaults, type EntropySgdOptions, entropySgd as libraryEntropySgd } from "../optimizers/entropySgd.ts";
import { sam as librarySam, type SamOptions, samDefaults } from "../optimizers/sam.ts";
import { sgd as librarySgd, type SgdOptions, sgdDefaults } from "../optimizers/sgd.ts";
import { sgld as librarySgld, type SgldOptions, sgldDefaults } from "../optimizers/sgld.ts";
import { geometricScope } from "../schedules/geometricScope.ts";
import { adapterClass, type TfjsOptimizer } from "./adapterClass.ts";
import type { Kind, Rate } from "./hostedOptimizer.ts";
import { requireTensorFlow, type TensorFlow } from "./tensorFlow.ts";

/** Options of `entropySgd` and `entropyAdam` for TensorFlow.js: those of the library, with a default for the scope. */
export type EntropyOptions = Partial<EntropySgdOptions>;

/** Chaudhari et al. 2017, section 5: γ₀ = 1e-4, γ₁ = 1e-3. */
const scope = geometricScope(1e-4, 1e-3);

/** The name models are saved with says whose it is: other classes may be called Adam. */
function kind(
  where: string,
  name: string,
  create: (options: never) => object,
  defaults: (options: object) => object,
  rates: readonly Rate[] = ["learningRate"],
): Kind {
  return { where, className: `entropy-sgd>${name}`, rates, create: create as Kind["create"], defaults };
}

const bothRates: readonly Rate[] = ["learningRate", "innerLearningRate"];
const kinds = [
  kind(
    "entropySgd",
    "EntropySGD",
    (options: object) => libraryEntropySgd({ scope, ...options }),
    (options) => adaptiveDefaults(Reflect.get(options, "adaptive")),
    bothRates,
  ),
  kind(
    "entropyAdam",
    "EntropyAdam",
    (options: object) => libraryEntropyAdam({ scope, ...options }),
    () => entropyAdamDefaults,
    bothRates,
  ),
  kind("sgld", "SGLD", librarySgld, () => sgldDefaults),
  kind("sgd", "SGD", librarySgd, () => sgdDefaults),
  kind("adam", "Adam", libraryAdam, () => adamDefaults),
  kind("adamw", "AdamW", libraryAdamw, () => adamwDefaults),
  kind("sam", "SAM", librarySam, () => samDefaults),
];

type Classes = ReadonlyMap<string, new (options: object) => TfjsOptimizer>;

/** The classes of each TensorFlow.js in this program. */
const classesOf = new WeakMap<object, Classes>();

function classesFor(where: string, tf: TensorFlow): Classes {
  requireTensorFlow(where, tf);
  const known = classesOf.get(tf.Optimizer);
  if (known !== undefined) return known;
  const classes = new Map(kinds.map((one) => [one.where, adapterClass(tf, one)]));
  classesOf.set(tf.Optimizer, classes);
  return classes;
}

/**
 * Makes the classes of this entry known to `tf`, so that `tf.loadLayersModel` finds them; each factory does it too.
 *
 * @throws TypeError for what is not TensorFlow.js, RangeError for another version than 4
 */
export function registerOptimizers(tf: TensorFlow<object>): void {
  classesFor("registerOptimizers", tf as TensorFlow);
}

function made<Made extends TfjsOptimizer>(where: string, tf: TensorFlow<object>, options: object): Made {
  const Class = classesFor(where, tf as TensorFlow).get(where)!;
  // The class extends `tf.Optimizer`, and its instances have the properties of its kind's rates.
  return new Class(options) as Made;
}

/** An optimizer with an inner loop. */
export interface EntropyTfjsOptimizer extends TfjsOptimizer {
  /** η' now; it may be set at any time. */
  innerLearningRate: number;
}

/**
 * Entropy-SGD for `model.compile` of TensorFlow.js: one `minimize` is one Langevin step x' on its mini-batch, every `innerSteps`
 * of them x follows their average. `fit` reports the loss at x'; variables hold x whenever other code can look.
 *
 * Cost: a gradient per `minimize`, two copies of the weights to the backend and one of the gradient from it; memory 5n here, n more
 * on the backend while the gradient is computed. Randomness: that of the library's `entropySgd`, on every backend the same.
 *
 * @param tf - TensorFlow.js, which is not imported here
 * @param options - those of the library's `entropySgd`; without a scope it is 1e-4·1.001^t
 * @throws TypeError or RangeError for a bad option, for what is not TensorFlow.js, or another version than 4
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { entropySgd } from "entropy-sgd/tfjs";
 * await tf.setBackend("cpu");
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ optimizer: entropySgd(tf, { innerSteps: 20 }), loss: "meanSquaredError" });
 * const xs = tf.linspace(-1, 1, 64).reshape([64, 1]);
 * await model.fit(xs, xs.mul(3), { epochs: 30, verbose: 0 });
 * const [slope] = model.getWeights()[0].dataSync();
 * slope.toFixed(1); // => "3.0"
 * ```
 */
export function entropySgd<O extends object>(
  tf: TensorFlow<O>,
  options: EntropyOptions = {},
): O & EntropyTfjsOptimizer {
  return made("entropySgd", tf, options);
}

/**
 * Entropy-Adam: `entropySgd` with an outer step by Adam.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function entropyAdam<O extends object>(
  tf: TensorFlow<O>,
  options: EntropyOptions = {},
): O & EntropyTfjsOptimizer {
  return made("entropyAdam", tf, options);
}

/**
 * Stochastic gradient Langevin dynamics, one step per `minimize`.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function sgld<O extends object>(tf: TensorFlow<O>, options: SgldOptions): O & TfjsOptimizer {
  return made("sgld", tf, options);
}

/**
 * Gradient descent with the library's momentum, weight decay, groups and schedules.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function sgd<O extends object>(tf: TensorFlow<O>, options: SgdOptions): O & TfjsOptimizer {
  return made("sgd", tf, options);
}

/**
 * Adam with the library's clipping, groups and schedules.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function adam<O extends object>(tf: TensorFlow<O>, options: AdamOptions = {}): O & TfjsOptimizer {
  return made("adam", tf, options);
}

/**
 * AdamW: the decay is beside the gradient, and has nothing to do with regularisers of layers, which are in the loss.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function adamw<O extends object>(tf: TensorFlow<O>, options: AdamOptions = {}): O & TfjsOptimizer {
  return made("adamw", tf, options);
}

/**
 * SAM: one `minimize` is one step, with both gradients on its mini-batch.
 *
 * Cost: the loss is evaluated twice per step. Batch norm's moving averages see both points, dropout draws two masks, and
 * `trainOnBatch` gives its metrics twice, those of the second point last.
 *
 * @throws TypeError or RangeError as `entropySgd`
 */
export function sam<O extends object>(tf: TensorFlow<O>, options: SamOptions): O & TfjsOptimizer {
  return made("sam", tf, options);
}
