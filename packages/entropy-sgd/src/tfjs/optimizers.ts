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

export function entropySgd<O extends object>(
  tf: TensorFlow<O>,
  options: EntropyOptions = {},
): O & EntropyTfjsOptimizer {
  return made("entropySgd", tf, options);
}

export function entropyAdam<O extends object>(
  tf: TensorFlow<O>,
  options: EntropyOptions = {},
): O & EntropyTfjsOptimizer {
  return made("entropyAdam", tf, options);
}

export function sgld<O extends object>(tf: TensorFlow<O>, options: SgldOptions): O & TfjsOptimizer {
  return made("sgld", tf, options);
}

export function sgd<O extends object>(tf: TensorFlow<O>, options: SgdOptions): O & TfjsOptimizer {
  return made("sgd", tf, options);
}

export function adam<O extends object>(tf: TensorFlow<O>, options: AdamOptions = {}): O & TfjsOptimizer {
  return made("adam", tf, options);
}

export function adamw<O extends object>(tf: TensorFlow<O>, options: AdamOptions = {}): O & TfjsOptimizer {
  return made("adamw", tf, options);
}

export function sam<O extends object>(tf: TensorFlow<O>, options: SamOptions): O & TfjsOptimizer {
  return made("sam", tf, options);
}
