/**
 * Schemas of the lines of events.jsonl.
 *
 * Unknown types of events and unknown fields are passed over: a newer version may write more.
 */
import {
  type CheckpointEvent,
  type EndEvent,
  InputError,
  type NonFiniteEvent,
  type OuterEvent,
  type RecordedEvaluation,
  type StartEvent,
  type WarningEvent,
} from "entropy-sgd-training";
import { evaluationSchema, primarySchema } from "entropy-sgd-training/formats";
import { z } from "zod";
import { brokenRule } from "../settings/brokenRule.ts";
import type { ExtendEvent, ResumeEvent, RollbackEvent } from "./runEvents.ts";

/** A checkpoint event in the file: the checkpoint's name in place of its content. */
export interface RecordedCheckpoint extends Omit<CheckpointEvent, "snapshot"> {
  readonly name: string;
}

/** An event of events.jsonl. */
export type RecordedEvent =
  | StartEvent
  | WarningEvent
  | OuterEvent
  | RecordedEvaluation
  | RecordedCheckpoint
  | NonFiniteEvent
  | ResumeEvent
  | ExtendEvent
  | RollbackEvent
  | EndEvent;

/** Far above what a run writes; an untrusted line must not become a value that fills the memory. */
export const maxLineLength: number = 2 ** 20;

const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const number = z.number();
const fraction = z.number().min(0).max(1);
const checkpointName = z.string().nullable();
const what = z.enum(["batch loss", "gradient norm", "test loss", "state"]);
/** JSON writes a number that is not finite as null. */
const measured = number.nullable().transform((value) => value ?? Number.NaN);

const result = z.object({
  network: z.string(),
  task: z.string().exactOptional(),
  optimizer: z.string(),
  preset: z.string().nullable(),
  seed: count,
  numParams: count,
  gradientEvaluations: count,
  budget: number.exactOptional(),
  plannedEpochs: number.exactOptional(),
  effectiveEpochs: number,
  trainLoss: number.nullable(),
  validationError: fraction.nullable(),
  testError: fraction.nullable(),
  bestTestError: fraction.nullable(),
  minTestError: fraction.nullable(),
  bestGradients: count.exactOptional(),
  primary: z
    .intersection(
      primarySchema,
      z.object({
        validation: number.nullable(),
        test: number.nullable(),
        bestTest: number.nullable(),
        extremeTest: number.nullable(),
      }),
    )
    .exactOptional(),
  seconds: number,
  msPerGradient: number.nullable(),
  interrupted: z.boolean(),
  reason: z.enum(["budget", "diverged", "early-stopping", "interrupted", "time", "non-finite"]),
  // Absent in runs of versions without rollbacks.
  rollbacks: count.default(0),
  incompleteMeans: count.exactOptional(),
});

const schemas: { readonly [Type in RecordedEvent["type"]]: z.ZodType<Extract<RecordedEvent, { type: Type }>> } = {
  start: z.object({
    type: z.literal("start"),
    network: z.string(),
    task: z.string().exactOptional(),
    optimizer: z.string(),
    preset: z.string().nullable(),
    seed: count,
    numParams: count,
    batchSize: atLeastOne,
    budget: number.exactOptional(),
    totalGradients: atLeastOne,
    gradientsPerEpoch: atLeastOne,
    evaluateEvery: z.number().positive().exactOptional(),
    innerSteps: atLeastOne,
    primary: primarySchema.exactOptional(),
  }),
  warning: z.object({ type: z.literal("warning"), gradients: count, message: z.string() }),
  outer: z.object({
    type: z.literal("outer"),
    gradients: count,
    effectiveEpochs: number,
    batchLoss: measured,
    learningRate: measured,
    scope: number.nullable(),
    distance: number.nullable(),
    localEntropyGradientNorm: number.nullable(),
    gradientNorm: measured,
  }),
  evaluation: evaluationSchema(measured),
  checkpoint: z.object({
    type: z.literal("checkpoint"),
    gradients: count,
    reason: z.enum(["gradients", "minutes", "best", "interrupted", "requested", "end"]),
    name: z.string(),
  }),
  "non-finite": z.object({ type: z.literal("non-finite"), gradients: count, what, learningRate: measured }),
  resume: z.object({
    type: z.literal("resume"),
    gradients: count,
    checkpoint: checkpointName,
    skipped: z.array(z.object({ name: z.string(), why: z.string() })),
    warnings: z.array(z.string()),
  }),
  extend: z.object({
    type: z.literal("extend"),
    gradients: count,
    from: number,
    to: number,
    totalGradients: atLeastOne,
    schedules: z.array(z.string()),
  }),
  rollback: z.object({
    type: z.literal("rollback"),
    gradients: count,
    from: count,
    what,
    checkpoint: checkpointName,
    number: atLeastOne,
    learningRateFactor: number,
  }),
  end: z.object({ type: z.literal("end"), result }),
};

/** A line of events.jsonl. */
export interface EventLine {
  /** null for an unknown type. */
  readonly event: RecordedEvent | null;
  /** The line's number; absent in runs of versions without line numbers. */
  readonly sequence: unknown;
}

/**
 * Parses a line.
 *
 * @param where - file and line, for messages
 * @throws InputError naming the first field that breaks its rule
 */
export function parseEvent(line: string, where: string): EventLine {
  const refuse = refusalAt(where);
  if (line.length > maxLineLength) {
    return refuse(`the line must have at most ${maxLineLength} characters, it has ${line.length}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse("malformed JSON");
  }
  return checkedEvent(value, where);
}

/** The event in a value of JSON. @param where - its place, for messages @throws InputError naming the first field that breaks its rule */
export function checkedEvent(value: unknown, where: string): EventLine {
  const refuse = refusalAt(where);
  if (typeof value !== "object" || value === null || !("type" in value)) return refuse("must be an object with a type");
  const { type } = value;
  const sequence = "sequence" in value ? value.sequence : undefined;
  if (typeof type !== "string") return refuse("type: must be a string");
  if (!isKnown(type)) return { event: null, sequence };
  const checked = schemas[type].safeParse(value, { error: brokenRule });
  if (checked.success) return { event: checked.data, sequence };
  const issue = checked.error.issues[0]!;
  return refuse(`${issue.path.map(String).join(".")}: ${issue.message}`);
}

function refusalAt(where: string): (why: string) => never {
  return (why) => {
    throw new InputError({ path: where, rule: `malformed event (${why})` });
  };
}

function isKnown(type: string): type is RecordedEvent["type"] {
  return Object.hasOwn(schemas, type);
}
