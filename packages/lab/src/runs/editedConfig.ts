/** Differences between config.json and the settings that a run was trained with. */
import { join } from "node:path";
import { InputError, shown } from "entropy-sgd-training";
import { apartFromTraining, trainingDifferences } from "../settings/sameTraining.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * @param isBudgetAsked - whether config.json may have another budget, since a larger one was requested
 * @throws InputError naming the first setting that differs
 */
export function requireSettings(
  path: string,
  found: Settings,
  trained: Settings,
  where: string,
  isBudgetAsked: boolean,
): void {
  const differences = trainingDifferences(found, trained).filter(
    ({ name }) => !(isBudgetAsked && (name === "budget" || name === "extendedFrom")),
  );
  const [first] = differences;
  if (first === undefined) return;
  const { name, one, other } = first;
  const remedy =
    name === "budget" && found.budget > trained.budget ? `; resume --budget ${found.budget} goes on to it` : "";
  throw new InputError({
    path: join(path, "config.json"),
    rule: `${name} is ${shown(one)}, must be ${shown(other)} ${where}${remedy}`,
  });
}

/** The differing settings that change neither the training nor its bits, in words. */
export function harmlessEdits(found: Settings, trained: Settings): string[] {
  return [...apartFromTraining, "data" as const]
    .filter((name) => found[name] !== trained[name])
    .map((name) => `config.json: ${name} is ${shown(found[name])}, was ${shown(trained[name])}`);
}
