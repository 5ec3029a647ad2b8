/** The configurations and runs of a sweep, all checked before the first begins. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputError } from "entropy-sgd-training";
import { z } from "zod";
import { loadParts, type RunParts } from "../../runner/loadParts.ts";
import { type ResolvedRun, resolveRun } from "../../runner/resolveRun.ts";
import type { LockHooks } from "../../runs/lease.ts";
import { placedRefusal } from "../../settings/fileRefusals.ts";
import { sharedRecipe } from "../../settings/recipes.ts";
import { resolveSettings } from "../../settings/resolveSettings.ts";
import { canonicalJson, trainingOf } from "../../settings/sameTraining.ts";
import {
  absentValue,
  type SettingName,
  type Settings,
  type SweepFields,
  sweepFields,
} from "../../settings/settings.ts";
import type { SweepValue } from "../../settings/valueSchemas.ts";
import type { CheckedPlan } from "../experiment.ts";
import { type Candidate, type Choice, candidatesOf } from "./candidates.ts";
import type { Sweep } from "./readSweep.ts";

/** Settings that are trained with every seed. */
export interface Configuration {
  /** The varied values in words, unlike any other configuration's: the condition of its runs. */
  readonly label: string;
  /** The varied values by name, without an optimizer in front of the name. */
  readonly parameters: Readonly<Record<string, SweepValue>>;
  readonly optimizer: string;
  /** Gradient evaluations of one run. */
  readonly gradients: number;
}

/** What a sweep's result needs beside its runs. */
export interface SweepDetails {
  /** The sweep's file. */
  readonly file: string;
  readonly configurations: readonly Configuration[];
  /** Combinations left out because an earlier one has the same settings. */
  readonly numRepeated: number;
}

/** The rule of the details in the plan's file. */
export const sweepDetails: z.ZodType<SweepDetails> = z.strictObject({
  file: z.string(),
  configurations: z.array(
    z.strictObject({
      label: z.string(),
      parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.number())])),
      optimizer: z.string(),
      gradients: z.number(),
    }),
  ),
  numRepeated: z.number(),
});

/** What a sweep will train, seeds outermost, so that an interruption is fair. */
export type SweepPlan = CheckedPlan<SweepDetails>;

/**
 * Resolves and checks every configuration.
 *
 * @param parts - data, network and task of all runs
 * @throws InputError with the place in the file, where the mistake has one
 */
export function planSweep(sweep: Sweep, parts: RunParts): SweepPlan {
  const resolved = resolvedCandidates(sweep);
  const planned = new Map<string, { configuration: Configuration; run: ResolvedRun }>();
  for (const { candidate, settings } of resolved) {
    const identity = identityOf(settings);
    if (planned.has(identity)) continue;
    const run = placing(sweep, candidate, () => resolveRun(settings, parts));
    const parameters = Object.fromEntries(variedOf(candidate).map(({ name, value }) => [name, value]));
    const { optimizer } = settings;
    const configuration = { label: labelOf(candidate), parameters, optimizer, gradients: run.plan.totalGradients };
    planned.set(identity, { configuration, run });
  }
  const all = [...planned];
  // The same settings have the same name in every sweep.
  const runs = sweep.seeds.flatMap((seed) =>
    all.map(
      ([
        identity,
        {
          configuration,
          run: { settings, plan },
        },
      ]) => ({
        name: `${settings.optimizer}-${identity}-${seed}`,
        condition: configuration.label,
        settings: { ...settings, seed },
        plan,
      }),
    ),
  );
  const configurations = all.map(([, { configuration }]) => configuration);
  const numRepeated = resolved.length - all.length;
  return { kind: "sweep", runs, details: { file: sweep.name, configurations, numRepeated }, parts };
}

/**
 * Data, network and task of a sweep's runs; an error of data that the file names has their place in it.
 *
 * @throws InputError as `planSweep`, and as `loadParts`
 */
export async function loadSweepParts(sweep: Sweep, hooks: LockHooks = {}): Promise<RunParts> {
  const { settings } = resolvedCandidates(sweep)[0]!;
  try {
    return await loadParts(settings, hooks);
  } catch (error) {
    if (!(error instanceof InputError) || sweep.file.data === undefined) throw error;
    throw sweep.yaml.valueRefusal(["data"], error.message);
  }
}

function resolvedCandidates(sweep: Sweep) {
  return candidatesOf(sweep).map((candidate) => ({
    candidate,
    settings: placing(sweep, candidate, () => settingsOf(sweep, candidate)),
  }));
}

/** The settings of a candidate with the first seed. */
function settingsOf(
  { file, network, data, optimizers, seeds, set }: Sweep,
  { optimizer, choices }: Candidate,
): Settings {
  const isField = ({ name }: Choice): boolean => (sweepFields as readonly string[]).includes(name);
  const fields: SweepFields = Object.fromEntries(choices.filter(isField).map(({ name, value }) => [name, value]));
  const innerSteps = set.get("innerSteps");
  const names = optimizers.map(({ name }) => name);
  return resolveSettings({
    ...{
      network,
      task: file.task,
      taskOptions: file.taskOptions,
      dataOptions: file.dataOptions,
      device: file.device,
      optimizer,
      budget: file.budget,
      seed: seeds[0] ?? 1,
      threads: file.threads,
    },
    ...{ ...fields, data },
    recipe: sharedRecipe(basename(network), optimizer, names, file.recipe),
    // Optimizers without inner steps have the same boundaries as those with them.
    ...(typeof innerSteps === "number" ? { innerSteps } : {}),
    set: choices
      .filter((choice) => choice.name !== "optimizer" && !isField(choice))
      .map(({ name, value }) => `${name}=${value}`),
  });
}

/**
 * What tells one training from another, seeds apart: not how many threads it has, where its data are or what it keeps.
 *
 * A setting with the value that it has where the field is absent is left out, so that a further setting renames no runs.
 */
function identityOf(settings: Settings): string {
  const { seed: _, ...training } = trainingOf(settings);
  const rest = Object.fromEntries(
    Object.entries(training).filter(([name, value]) => !isDeepStrictEqual(value, absentValue(name as SettingName))),
  );
  return createHash("sha256").update(canonicalJson(rest)).digest("hex").slice(0, 8);
}

function variedOf({ choices }: Candidate): Choice[] {
  return choices.filter(({ varied }) => varied);
}

function labelOf(candidate: Candidate): string {
  const words = variedOf(candidate).map(({ name, value }) => `${name}=${valueText(value)}`);
  return words.length === 0 ? candidate.optimizer : words.join(", ");
}

/** A value in labels and tables. */
export function valueText(value: SweepValue): string {
  return typeof value === "object" && value !== null ? `[${value.join(", ")}]` : String(value);
}

/** Gives an error of settings or optimizer the place of the value that it is about. */
function placing<Result>({ yaml }: Sweep, { choices }: Candidate, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw placedRefusal(error, yaml, choices) ?? yaml.keyRefusal([], error.message);
  }
}
