/** state.json of a checkpoint: its rules. */
import { z } from "zod";
import { InputError } from "../inputError.ts";
import type { LoopPosition } from "../loop/events.ts";
import { type FileDigest, fileDigestSchema } from "./digest.ts";
import { keptEvaluationSchema } from "./evaluationSchema.ts";
import { strictJson } from "./strictJson.ts";

/** The files whose digests it has. */
export type CheckpointFile = "weights.safetensors" | "optimizer.safetensors" | "events.jsonl";

/** A rollback from which a run has not recovered yet, in gradients. */
export interface Retreat {
  /** Where it went back to: the next rollback goes to an earlier checkpoint. */
  readonly to: number;
  /** Where the run counts as recovered. */
  readonly until: number;
}

/** The name of the format, and the version of the layout of checkpoints. */
export const checkpointMark: { readonly format: string; readonly version: number } = {
  format: "entropy-sgd checkpoint",
  version: 1,
};

/** What state.json holds; what `unknown` is, its user checks. */
export interface CheckpointState {
  readonly settings: unknown;
  readonly environment: unknown;
  readonly dataChecksum: string | null;
  readonly rollbacks: number;
  /** Absent without one, and in checkpoints of earlier versions. */
  readonly retreat?: Retreat;
  readonly position: LoopPosition;
  /** As the library's `serialise` gives it: vectors by name, counters of steps and noise; `deserialise` checks it. */
  readonly optimizer: unknown;
  readonly files: Readonly<Record<CheckpointFile, FileDigest>>;
}

/** States of the library are nested about six levels deep. */
const maxDepth = 32;

const count = z.int().min(0);
const number = z.number();
const positionSchema: z.ZodType<LoopPosition> = z.strictObject({
  gradients: count,
  batches: count,
  lossSum: number,
  nextEvaluation: count,
  seconds: number,
  gradientSeconds: number,
  evaluations: z.array(keptEvaluationSchema),
  stability: z
    .strictObject({ sum: number, count, blocks: count, best: number, numAbove: count, warned: z.boolean() })
    .optional(),
  incompleteMeans: count.exactOptional(),
});
const stateSchema: z.ZodType<CheckpointState> = z.strictObject({
  format: z.literal(checkpointMark.format),
  version: z.literal(checkpointMark.version),
  settings: z.unknown(),
  environment: z.unknown(),
  dataChecksum: z.string().nullable(),
  rollbacks: count,
  retreat: z.strictObject({ to: count, until: count }).exactOptional(),
  position: positionSchema,
  optimizer: z.unknown(),
  files: z.strictObject({
    "weights.safetensors": fileDigestSchema,
    "optimizer.safetensors": fileDigestSchema,
    "events.jsonl": fileDigestSchema,
  }),
});

/** Checks the content of state.json. @throws InputError with the field and its rule */
export function readState(content: string, path: string): CheckpointState {
  const { value } = strictJson(content, maxDepth, (why) => {
    throw new InputError({ path, rule: why });
  });
  const parsed = stateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: at, message } = parsed.error.issues[0]!;
  throw new InputError({ path, rule: `${at.map(String).join(".") || "content"}: ${message}` });
}
