/** The runs of an experiment, one after another or several at a time. */
import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hasDiverged, InputError, Interruption, type RunResult } from "entropy-sgd-training";
import { entriesOf, requireRealFolder } from "../io/files.ts";
import { refusalIn } from "../io/refusals.ts";
import { earlierResult } from "../runner/resumeTraining.ts";
import { readConfig } from "../runs/readRun.ts";
import { sameTraining } from "../settings/sameTraining.ts";
import type { Settings } from "../settings/settings.ts";
import type { PlannedRun } from "./experiment.ts";

/** What became of a run; `exitCode` is the one that the failure calls for. */
export type RunOutcome =
  | { readonly kind: "ended"; readonly result: RunResult; readonly before: boolean }
  /** With its result so far, where that is known here. */
  | { readonly kind: "interrupted"; readonly result?: RunResult }
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: number };

/** Whether a signal kept a run from beginning or ending. */
export function isInterrupted(outcome: RunOutcome | null): boolean {
  return outcome === null || outcome.kind === "interrupted";
}

/** The results that are known, of interrupted runs so far. */
export function resultsOf(outcomes: readonly (RunOutcome | null)[]): RunResult[] {
  return outcomes.flatMap((outcome) =>
    outcome === null || outcome.kind === "failed" || outcome.result === undefined ? [] : [outcome.result],
  );
}

/** Begins or resumes a run in `path` and trains it to its end. What it throws is reported as a failure. */
export type RunLauncher = (path: string, settings: Settings, signal: AbortSignal) => Promise<RunOutcome>;

/** How runs are worked through. */
export interface RunAllOptions {
  readonly out: string;
  /** Runs at a time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly launch: RunLauncher;
  /** Called before a run begins: by throwing it ends the experiment. */
  readonly requireHeld?: () => void;
  /** Checksum of the data; null where it is not known. */
  readonly checksum: string | null;
  /** Whether no other run begins after one that diverged or failed. */
  readonly needsAll?: boolean;
  /** What is done with a run that was launched and has ended without diverging; what it throws is reported as its failure. */
  readonly whenTrained?: (run: PlannedRun) => Promise<void>;
  readonly onBegin?: (run: PlannedRun, at: number) => void;
  readonly onEnd?: (run: PlannedRun, at: number, outcome: RunOutcome) => void;
}

/**
 * Brings every run to its end, in their order. Runs that have ended before are not launched; after a signal no other
 * begins, and those in work are waited for.
 *
 * @returns the outcomes in the order of the runs; null for those that did not begin
 */
export async function runAll(runs: readonly PlannedRun[], options: RunAllOptions): Promise<(RunOutcome | null)[]> {
  const { out, parallel, signal, launch, checksum, requireHeld, needsAll = false } = options;
  // Each run at work listens to it: Node warns of more than ten.
  setMaxListeners(0, signal);
  const { whenTrained, onBegin, onEnd } = options;
  const outcomes: (RunOutcome | null)[] = runs.map(() => null);
  let next = 0;
  let isStopped = false;
  const bringToEnd = async (run: PlannedRun, at: number): Promise<RunOutcome | null> => {
    const path = join(out, run.name);
    try {
      const result = endedResult(path, run.settings, checksum);
      if (result !== null) return { kind: "ended", result, before: true };
      if (signal.aborted) return null;
      onBegin?.(run, at);
      const outcome = await launch(path, run.settings, signal);
      if (outcome.kind === "ended" && !isLost(outcome)) await whenTrained?.(run);
      return outcome;
    } catch (error) {
      return outcomeOf(error);
    }
  };
  const worker = async (): Promise<void> => {
    while (next < runs.length && !isStopped) {
      const at = next++;
      const run = runs[at]!;
      requireHeld?.();
      const outcome = await bringToEnd(run, at);
      outcomes[at] = outcome;
      if (outcome === null) continue;
      onEnd?.(run, at, outcome);
      isStopped ||= needsAll && isLost(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, runs.length) }, worker));
  return outcomes;
}

/** Whether a run has no result that can be compared, and never will. */
export function isLost(outcome: RunOutcome | null): boolean {
  return outcome?.kind === "failed" || (outcome?.kind === "ended" && hasDiverged(outcome.result));
}

/** What an error makes of the run that threw it. */
export function outcomeOf(error: unknown): RunOutcome {
  if (error instanceof Interruption) return { kind: "interrupted" };
  const refusal = refusalIn(error);
  if (refusal !== null) return { kind: "failed", message: refusal, exitCode: 2 };
  // The text of a mistake of the program says too little to go without a word that it is one.
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", message: `internal error: ${message}`, exitCode: 1 };
}

/**
 * The result of a run that has ended in `path`; null where none has.
 *
 * @throws InputError if the folder has a run of other settings or data
 */
export function endedResult(path: string, settings: Settings, checksum: string | null): RunResult | null {
  if (!existsSync(join(path, "config.json"))) return null;
  // An untrusted folder may have a link of that name to elsewhere.
  requireRealFolder(path);
  const before = readConfig(path);
  if (!sameTraining(before.settings, settings)) {
    throw new InputError({ path, rule: "holds a run of other settings; choose another --out" });
  }
  if (before.dataChecksum !== null && checksum !== null && before.dataChecksum !== checksum) {
    throw new InputError({ path, rule: "holds a run on other data; choose another --out" });
  }
  return earlierResult(path);
}

/** Names of the runs in a folder that are none of these. */
export function otherRuns(out: string, runs: readonly PlannedRun[]): string[] {
  if (!existsSync(out)) return [];
  const names = new Set(runs.map(({ name }) => name));
  return entriesOf(out).filter((name) => !names.has(name) && existsSync(join(out, name, "config.json")));
}
