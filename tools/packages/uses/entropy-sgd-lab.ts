/** A program of someone who installed `entropy-sgd-lab`: what a run of the command would be set to. */
import { type RecipeName, recipeNames, resolveSettings, type Settings } from "entropy-sgd-lab";

export async function use(): Promise<Record<string, unknown>> {
  const settings: Settings = resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 3 });
  const recipes: readonly RecipeName[] = recipeNames;
  return { seed: settings.seed, batchSize: settings.batchSize, recipes };
}
