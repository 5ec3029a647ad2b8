/** What the compiler knows of the workbench: checked with all sources, and of the packed declarations under other compilers. */
import { type RecipeName, type RunEvent, resolveSettings, type Settings, type SettingsRequest } from "entropy-sgd-lab";
import type { TrainEvent } from "entropy-sgd-training";
import { expectTypeOf } from "vitest";

// Settings: their types are inferred from the rules of their table.
expectTypeOf(resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1 })).toEqualTypeOf<Settings>();
expectTypeOf<Settings["version"]>().toEqualTypeOf<1>();
expectTypeOf<Settings["network"]>().toEqualTypeOf<string>();
expectTypeOf<Settings["preset"]>().toEqualTypeOf<string | null>();
expectTypeOf<Settings["recipe"]>().toEqualTypeOf<RecipeName | null>();
expectTypeOf<Settings["sampling"]>().toEqualTypeOf<"replacement" | "permutation">();
expectTypeOf<Settings["heldOut"]>().toEqualTypeOf<"last" | "random" | "stratified" | null>();
expectTypeOf<Settings["drops"]>().toEqualTypeOf<readonly number[]>();
expectTypeOf<Settings["decayBiases"]>().toEqualTypeOf<boolean>();
expectTypeOf<Settings["checkpointMinutes"]>().toEqualTypeOf<number | null>();
expectTypeOf<Settings["options"]>().toEqualTypeOf<Record<string, number | string | boolean | null>>();
expectTypeOf<Settings["extendedFrom"]>().toEqualTypeOf<readonly { budget: number; gradients: number }[] | undefined>();
// Resolved once, they stay.
// @ts-expect-error: settings are read only
(settings: Settings) => settings.seed++;

// Requests: what must be given, what may be, and nothing else.
type Required = { network: string; optimizer: string; budget: number; seed: number };
expectTypeOf<Required>().toExtend<SettingsRequest>();
expectTypeOf<Omit<Required, "seed">>().not.toExtend<SettingsRequest>();
expectTypeOf<SettingsRequest["preset"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<SettingsRequest["set"]>().toEqualTypeOf<readonly string[] | undefined>();
// @ts-expect-error: a setting that only `set` accepts
resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1, batchSize: 64 });

// A recorded run has training's events, and its own.
expectTypeOf<Extract<RunEvent, { readonly type: "end" }>>().toEqualTypeOf<
  Extract<TrainEvent, { readonly type: "end" }>
>();
expectTypeOf<Exclude<RunEvent["type"], TrainEvent["type"]>>().toEqualTypeOf<"resume" | "extend" | "rollback">();
