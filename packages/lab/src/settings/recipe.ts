/** What a recipe is. */
import type { OptimizerName } from "entropy-sgd";

/** A value of an optimizer's option as configuration files and `--set` hold it. */
export type OptionValue = number | string | boolean | null;

/** Names of the recipes, the default first. */
export const recipeNames = ["tuned", "paper", "finetune"] as const;

/** The name of a recipe. */
export type RecipeName = (typeof recipeNames)[number];

/** The recipe of one network and optimizer. */
export interface Recipe {
  readonly name: RecipeName;
  /** Where its rates come from, in words for pages. */
  readonly source: string;
  /** The page in the repository with the measurements behind the rates; null for the paper's. */
  readonly evidence: string | null;
  readonly dropout: number;
  /** Fractions of the budget at which the learning rate is multiplied by `dropFactor`. */
  readonly drops: readonly number[];
  readonly dropFactor: number;
  /** Epochs of outer steps of the published experiment; scoping ends where it did. */
  readonly epochs: number;
  /** L of the Entropy-SGD recipe: gradients between two boundaries of every optimizer. */
  readonly innerSteps: number;
  /** Examples of one gradient; absent for the usual number. */
  readonly batchSize?: number;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** The published recipes of a network. */
export interface PublishedRecipes {
  /** What is the same for every optimizer. */
  readonly common: Pick<Recipe, "dropout" | "epochs" | "innerSteps" | "drops" | "dropFactor" | "batchSize">;
  /** By optimizer; the published ones alone. */
  readonly paper: Readonly<Partial<Record<OptimizerName, Partial<Recipe>>>>;
}
