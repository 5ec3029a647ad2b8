/**
 * The options of every optimizer as data: for help texts, `--set` and forms.
 */
import { groupDefaults, groupTable } from "./directions/segments.ts";
import { adamDefaults, adamTable, adamwDefaults } from "./optimizers/adam.ts";
import { entropyAdamDefaults, entropyAdamTable } from "./optimizers/entropyAdam.ts";
import { entropySgdDefaults, entropySgdTable } from "./optimizers/entropySgd.ts";
import { samDefaults, samTable } from "./optimizers/sam.ts";
import { sgdDefaults, sgdTable } from "./optimizers/sgd.ts";
import { sgldDefaults, sgldTable } from "./optimizers/sgld.ts";
import { swaDefaults, swaTable } from "./optimizers/swa.ts";
import { type NamedOption, namedOptions } from "./options.ts";

/** Names of the optimizers, as commands and files use them. */
export type OptimizerName = "entropy-sgd" | "entropy-adam" | "sgd" | "adam" | "adamw" | "sgld" | "sam" | "swa";

/**
 * The options of every optimizer with kind, rule, default and doc; made from the tables that the factories check with.
 *
 * @example
 * ```ts
 * import { optimizerOptions } from "entropy-sgd";
 * const averaging = optimizerOptions["entropy-sgd"].find(({ name }) => name === "averaging");
 * [averaging?.rule, averaging?.default]; // => ["in (0, 1]", 0.75]
 * ```
 */
export const optimizerOptions: Readonly<Record<OptimizerName, readonly NamedOption[]>> = {
  "entropy-sgd": namedOptions(entropySgdTable, entropySgdDefaults),
  "entropy-adam": namedOptions(entropyAdamTable, entropyAdamDefaults),
  sgd: namedOptions(sgdTable, sgdDefaults),
  adam: namedOptions(adamTable, adamDefaults),
  adamw: namedOptions(adamTable, adamwDefaults),
  sgld: namedOptions(sgldTable, sgldDefaults),
  sam: namedOptions(samTable, samDefaults),
  swa: namedOptions(swaTable, swaDefaults),
};

/** The fields of an item of `groups`, which every optimizer takes. */
export const groupOptions: readonly NamedOption[] = namedOptions(groupTable, groupDefaults);
