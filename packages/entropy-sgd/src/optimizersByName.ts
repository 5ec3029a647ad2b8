/**
 * The optimizers by name, with what a program that offers a choice of them needs to know of each.
 */
import { groupDefaults, groupTable } from "./directions/segments.ts";
import { adam, adamDefaults, adamTable, adamw, adamwDefaults } from "./optimizers/adam.ts";
import { entropyAdam, entropyAdamDefaults, entropyAdamTable } from "./optimizers/entropyAdam.ts";
import { entropySgd, entropySgdDefaults, entropySgdTable } from "./optimizers/entropySgd.ts";
import { parle } from "./optimizers/parle.ts";
import { parleDefaults, parleTable } from "./optimizers/parleOptions.ts";
import { sam, samDefaults, samTable } from "./optimizers/sam.ts";
import { sgd, sgdDefaults, sgdTable } from "./optimizers/sgd.ts";
import { sgld, sgldDefaults, sgldTable } from "./optimizers/sgld.ts";
import { swa, swaDefaults, swaTable } from "./optimizers/swa.ts";
import { type NamedOption, namedOptions, type OptionSpec } from "./options.ts";
import { presets } from "./presets.ts";
import type { AnyState, Optimizer } from "./types.ts";

/** Names of the optimizers, as commands and files use them. */
export type OptimizerName =
  | "entropy-sgd"
  | "entropy-adam"
  | "sgd"
  | "adam"
  | "adamw"
  | "sgld"
  | "sam"
  | "swa"
  | "parle";

/** One optimizer among others. */
export interface NamedOptimizer {
  /** The factory. It checks names and values of the options; the type system cannot tie them to a name that is data. */
  create(options: object): Optimizer<AnyState>;
  /** The options with kind, rule, default and doc, from the table that the factory checks with. */
  readonly options: readonly NamedOption[];
  /** Sets of options with a name, the usual one first; null for optimizers without. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, number | string | boolean | null>>>> | null;
  /** Whether it has the option `innerSteps`: its outer step is then what schedules count. */
  readonly hasInnerLoop: boolean;
  /** Gradients of one step that schedules count, under these options: of an outer step where there is an inner loop. */
  gradientsPerStep(options: Readonly<Record<string, unknown>>): number;
}

function named(
  create: (options: never) => object,
  table: Readonly<Record<string, OptionSpec>>,
  defaults: Readonly<Record<string, unknown>>,
  { presets = null, each = 1 }: Partial<Pick<NamedOptimizer, "presets">> & { readonly each?: number } = {},
): NamedOptimizer {
  return {
    create: create as NamedOptimizer["create"],
    options: namedOptions(table, defaults),
    presets,
    hasInnerLoop: "innerSteps" in table,
    gradientsPerStep(options) {
      const { innerSteps = 1, replicas = 1 } = { ...defaults, ...options };
      return each * Number(innerSteps) * Number(replicas);
    },
  };
}

/**
 * The optimizers by name.
 *
 * @example
 * ```ts
 * import { optimizersByName } from "entropy-sgd";
 * const { create, options } = optimizersByName["entropy-sgd"];
 * const averaging = options.find(({ name }) => name === "averaging");
 * [averaging?.rule, averaging?.default]; // => ["in (0, 1]", 0.75]
 * create({ scope: 1e-3 }).innerSteps; // => 20
 * ```
 */
export const optimizersByName: Readonly<Record<OptimizerName, NamedOptimizer>> = {
  "entropy-sgd": named(entropySgd, entropySgdTable, entropySgdDefaults, { presets }),
  "entropy-adam": named(entropyAdam, entropyAdamTable, entropyAdamDefaults, { presets }),
  sgd: named(sgd, sgdTable, sgdDefaults),
  adam: named(adam, adamTable, adamDefaults),
  adamw: named(adamw, adamTable, adamwDefaults),
  sgld: named(sgld, sgldTable, sgldDefaults),
  sam: named(sam, samTable, samDefaults, { each: 2 }),
  swa: named(swa, swaTable, swaDefaults),
  parle: named(parle, parleTable, parleDefaults, { presets }),
};

/** Their names, in the order of the table. */
export const optimizerNames: readonly OptimizerName[] = Object.keys(optimizersByName) as OptimizerName[];

/** The fields of an item of `groups`, which every optimizer takes. */
export const groupOptions: readonly NamedOption[] = namedOptions(groupTable, groupDefaults);
