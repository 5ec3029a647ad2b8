import type { CheckpointFiles } from "../runs/checkpoints.ts";
import type { RunResult } from "../training/events.ts";
import type { ProgressStream } from "./progress.ts";

/** The world of a command: its streams and the wish to stop. */
export interface CommandContext {
  /** Results. */
  readonly stdout: ProgressStream;
  /** Progress and errors. */
  readonly stderr: ProgressStream;
  /** Aborted with the reason "SIGINT" or "SIGTERM". */
  readonly signal: AbortSignal;
  /** How checkpoints are written and read; a test of faults gives another way. */
  readonly checkpointFiles?: CheckpointFiles;
}

/** Exit codes of the commands. */
export const exitCodes: Readonly<Record<"ok" | "internal" | "usage" | "divergence" | "SIGINT" | "SIGTERM", number>> = {
  ok: 0,
  internal: 1,
  usage: 2,
  divergence: 3,
  SIGINT: 130,
  SIGTERM: 143,
};

/** The exit code after a signal. */
export function interruptionCode(signal: AbortSignal): number {
  return signal.reason === "SIGTERM" ? exitCodes.SIGTERM : exitCodes.SIGINT;
}

/** The exit code that results and signal call for: interruption before divergence. */
export function exitCodeOf(results: readonly RunResult[], signal: AbortSignal): number {
  if (results.some(({ interrupted }) => interrupted)) return interruptionCode(signal);
  return results.some(({ reason }) => reason === "non-finite") ? exitCodes.divergence : exitCodes.ok;
}

/** One JSON object on a line of its own. */
export function writeJson({ stdout }: CommandContext, value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}
