/** The runs of a comparison: every optimizer with seeds 1 … k on the same budget, boundaries and dropout. */
import { type OptimizerName, optimizersByName } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import { acceptedBySet, isOfTaskOrData } from "../../settings/parseSet.ts";
import { presetsOf } from "../../settings/presets.ts";
import { dropoutOf, sharedRecipe } from "../../settings/recipes.ts";
import { askedOf, resolveSettings, type SettingsRequest } from "../../settings/resolveSettings.ts";
import type { Settings } from "../../settings/settings.ts";
import type { ExperimentPlan } from "../experiment.ts";
import { withEachSeed } from "../withEachSeed.ts";

/** What a comparison is asked for. */
export interface ComparisonRequest extends Omit<SettingsRequest, "optimizer" | "seed" | "innerSteps" | "set"> {
  readonly optimizers: readonly string[];
  readonly seeds: number;
  /** `name=value` for every optimizer that has the option, or `optimizer.name=value` for one. */
  readonly set: readonly string[];
}

/**
 * The plan: every optimizer with seeds 1 … k.
 *
 * @throws InputError for settings that cannot be, or inner steps that differ
 */
export function planComparison(request: ComparisonRequest): ExperimentPlan<null> {
  const { network, optimizers, seeds } = request;
  const resolved = optimizers.map((optimizer) => settingsOf(optimizer, request));
  // One dropout rate and one set of boundaries for all: the ends of inner loops where there are some.
  const innerSteps = sharedInnerSteps(resolved);
  const dropout = request.dropout ?? dropoutOf(network);
  const runs = withEachSeed(seeds, (seed) =>
    resolved.map((settings) => ({
      name: `${settings.optimizer}-${seed}`,
      condition: settings.optimizer,
      settings: { ...settings, seed, dropout, innerSteps },
    })),
  );
  return { kind: "compare", runs, details: null };
}

/** The settings of an optimizer with the first seed. */
function settingsOf(optimizer: string, request: ComparisonRequest): Settings {
  const { network, optimizers, set } = request;
  return resolveSettings({
    ...askedOf(request),
    optimizer,
    preset: presetsOf(optimizer) === null ? undefined : request.preset,
    // The paper's recipe is for the optimizers that have it; the others are tuned.
    recipe: sharedRecipe(network, optimizer, optimizers, request.recipe),
    seed: 1,
    set: assignmentsFor(optimizer, optimizers, set),
  });
}

function sharedInnerSteps(resolved: readonly Settings[]): number {
  const looped = resolved.filter(({ optimizer }) => optimizersByName[optimizer as OptimizerName].hasInnerLoop);
  // Of Parle the inner loops of all replicas.
  const [longest] = [...looped].sort((a, b) => b.innerSteps - a.innerSteps);
  const different = looped.find(({ innerSteps }) => longest!.innerSteps % innerSteps !== 0);
  if (longest === undefined || different === undefined) return (longest ?? resolved[0]!).innerSteps;
  const found = `${longest.optimizer} has ${longest.innerSteps}, ${different.optimizer} ${different.innerSteps}`;
  throw new InputError({ name: "innerSteps", rule: `must divide the longest of a comparison, ${found}` });
}

/** The `--set` values for one optimizer: its own ones, and those without an optimizer's name. */
function assignmentsFor(optimizer: string, optimizers: readonly string[], set: readonly string[]): string[] {
  return set.flatMap((assignment) => {
    const whole = assignment.slice(0, Math.max(0, assignment.indexOf("=")));
    if (isOfTaskOrData(whole)) return [assignment];
    const dot = whole.indexOf(".");
    if (dot < 0) {
      // What no optimizer knows goes to all, so that the message of the first says so.
      const known = optimizers.filter((candidate) => acceptedBySet(candidate).includes(whole));
      return known.length === 0 || known.includes(optimizer) ? [assignment] : [];
    }
    const [name, rest] = [assignment.slice(0, dot), assignment.slice(dot + 1)];
    if (!optimizers.includes(name)) {
      throw new InputError({
        name: `--set ${assignment}`,
        rule: `${JSON.stringify(name)} is none of ${optimizers.join(", ")}`,
      });
    }
    return name === optimizer ? [rest] : [];
  });
}
