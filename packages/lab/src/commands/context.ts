import { type CheckpointRequests, hasDiverged, isTimeLimit, printable, type RunResult } from "entropy-sgd-training";
import { isInterrupted, type RunOutcome } from "../experiments/runAll.ts";
import { type EndingSignal, endingSignalOf } from "../io/endingSignals.ts";
import type { TrainingOptions } from "../runner/runTraining.ts";
import type { LockHooks } from "../runs/lease.ts";
import { progressListener } from "./progress.ts";
import type { ProgressStream } from "./terminal/terminalStreams.ts";

/** The streams of a command, and the signals that it gets. */
export interface CommandContext {
  /** Results. */
  readonly stdout: ProgressStream;
  /** Progress and errors. */
  readonly stderr: ProgressStream;
  /** Aborted with the reason "SIGINT", "SIGTERM" or "SIGHUP", or by a time limit. */
  readonly signal: AbortSignal;
  /** Requests for a checkpoint (SIGUSR2). */
  readonly checkpointRequests?: CheckpointRequests;
  /** The arguments of the command, to say how it goes on; `main` adds them. */
  readonly args?: readonly string[];
  /** Told the error that ends the command, beside `stderr`. */
  readonly onFailure?: ((error: string) => void) | undefined;
}

/** Exit codes of the commands. */
export const exitCodes: Readonly<Record<"ok" | "internal" | "usage" | "divergence" | "time" | EndingSignal, number>> = {
  ok: 0,
  internal: 1,
  usage: 2,
  divergence: 3,
  // As `timeout` of the GNU tools gives it.
  time: 124,
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/** The exit code after a signal, or when the time was over. */
export function interruptionCode(signal: AbortSignal): number {
  return isTimeLimit(signal) ? exitCodes.time : exitCodes[endingSignalOf(signal)];
}

/** The exit code that results and signal call for: interruption before divergence. */
export function exitCodeOf(results: readonly RunResult[], signal: AbortSignal): number {
  if (results.some(({ interrupted }) => interrupted)) return interruptionCode(signal);
  return results.some(hasDiverged) ? exitCodes.divergence : exitCodes.ok;
}

/** The exit code that the runs of an experiment call for: interruption before failures, failures before divergence. */
export function exitCodeOfRuns(
  outcomes: readonly (RunOutcome | null)[],
  hasDiverged: boolean,
  signal: AbortSignal,
): number {
  if (signal.aborted && outcomes.some(isInterrupted)) return interruptionCode(signal);
  const failures = outcomes.flatMap((outcome) => (outcome?.kind === "failed" ? [outcome.exitCode] : []));
  if (failures.length > 0) return Math.min(...failures);
  return hasDiverged ? exitCodes.divergence : exitCodes.ok;
}

/** What a wait for a lock needs of the context. */
export function lockHooks({ signal, stderr }: CommandContext): LockHooks {
  return { signal, onWait: (words) => void stderr.write(`${printable(words)}\n`) };
}

/** What every run of a command is trained with. */
export function trainingOptions(context: CommandContext): TrainingOptions {
  const { signal, stderr, checkpointRequests } = context;
  const { onWait } = lockHooks(context);
  return {
    signal,
    onEvent: progressListener(stderr),
    ...(onWait && { onWait }),
    ...(checkpointRequests && { checkpointRequests }),
  };
}

/** One JSON object on a line of its own. */
export function writeJson({ stdout }: CommandContext, value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}
