/** Presets of optimizers: which have some, and which one a run takes. */
import { type OptimizerName, optimizerNames, optimizersByName } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import type { OptionValue } from "./recipes.ts";
import { requireName } from "./requireName.ts";

/** The presets of an optimizer by name, the usual one first; null for optimizers without, and for other names. */
export function presetsOf(optimizer: string): Readonly<Record<string, Readonly<Record<string, OptionValue>>>> | null {
  return optimizersByName[optimizer as OptimizerName]?.presets ?? null;
}

/** Names of all presets. */
export const presetNames: readonly string[] = [
  ...new Set(optimizerNames.flatMap((name) => Object.keys(presetsOf(name) ?? {}))),
];

const withPresets = optimizerNames.filter((name) => presetsOf(name) !== null);

/** Which optimizers have presets, as messages say it. */
export const havePresets = `only ${withPresets.slice(0, -1).join(", ")} and ${withPresets.at(-1)} have presets`;

/** The name of the preset that is asked for, or of the optimizer's usual one; null for optimizers without. @throws InputError */
export function presetNameOf(optimizer: string, asked: string | undefined): string | null {
  const presets = presetsOf(optimizer);
  if (presets !== null) return requireName("preset", asked ?? Object.keys(presets)[0]!, Object.keys(presets));
  if (asked === undefined) return null;
  throw new InputError({ name: "preset", rule: `${havePresets}, the optimizer is ${optimizer}` });
}
