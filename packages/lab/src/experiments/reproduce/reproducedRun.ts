/** A run of a reproduction as JSON keeps it: all that tables, figures and reports are made of, without weights and outer steps. */
import { InputError, type RecordedEvaluation, type RunResult, type StartEvent } from "entropy-sgd-training";
import { z } from "zod";
import { type Environment, environmentSchema } from "../../runs/environment.ts";
import { checkedEvent, type RecordedEvent } from "../../runs/eventSchemas.ts";
import type { RunRecord } from "../../runs/readRun.ts";
import { brokenRule } from "../../settings/brokenRule.ts";
import { checkedSettings } from "../../settings/checkedSettings.ts";
import type { Settings } from "../../settings/settings.ts";

/** A run, ended or not. */
export interface ReproducedRun {
  readonly name: string;
  /** The method that it is one seed of. */
  readonly condition: string;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly start: StartEvent;
  readonly evaluations: readonly RecordedEvaluation[];
  /** How often it was resumed from a checkpoint. */
  readonly resumes: number;
  /** What went wrong without ending it. */
  readonly warnings: readonly string[];
  /** null while it has not ended. */
  readonly result: RunResult | null;
}

/** The run in a folder. */
export function reproducedRun(record: RunRecord, condition: string): ReproducedRun {
  const { name, environment, start, evaluations, resumes, warnings, result } = record;
  // The experiment names the data; where they lie is this machine's own.
  const settings = { ...record.settings, data: null };
  return {
    ...{ name, condition, settings, environment, start, evaluations, result },
    // A run whose folder another process made begins by being resumed, from nothing.
    resumes: resumes.filter(({ checkpoint }) => checkpoint !== null).length,
    warnings: [...warnings.map(({ message }) => message), ...resumes.flatMap((resume) => resume.warnings)],
  };
}

const runSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]*-\d+$/),
  condition: z.string(),
  settings: z.unknown(),
  environment: environmentSchema,
  start: z.unknown(),
  evaluations: z.array(z.unknown()),
  resumes: z.int().min(0),
  warnings: z.array(z.string()),
  result: z.unknown(),
});

/**
 * The run in a value of JSON.
 *
 * @param where - the file, for messages
 * @param name - of the value in the file, for messages
 * @throws InputError that names the run and what is wrong with it
 */
export function runFromJson(value: unknown, where: string, name = "run"): ReproducedRun {
  const parsed = runSchema.safeParse(value, { error: brokenRule });
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new InputError({ path: where, name: [name, ...path.map(String)].join("."), rule: message });
  }
  const { settings, start, evaluations, result, ...run } = parsed.data;
  const own = `${where}: ${run.name}`;
  return {
    ...run,
    settings: checkedSettings(settings, own),
    start: eventOf(start, "start", own),
    evaluations: evaluations.map((evaluation) => eventOf(evaluation, "evaluation", own)),
    result: result === null ? null : eventOf({ type: "end", result }, "end", own).result,
  };
}

/** An event by the rules of events.jsonl. */
function eventOf<Type extends RecordedEvent["type"]>(
  value: unknown,
  type: Type,
  where: string,
): Extract<RecordedEvent, { type: Type }> {
  const { event } = checkedEvent(value, where);
  if (event?.type !== type) throw new InputError({ path: where, rule: `must have an event of type ${type}` });
  return event as Extract<RecordedEvent, { type: Type }>;
}
