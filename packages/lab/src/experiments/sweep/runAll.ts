/** The runs of a sweep, several at a time. */
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { InputError, type RunResult } from "entropy-sgd-training";
import { entriesOf, requireRealFolder } from "../../io/files.ts";
import { earlierResult } from "../../runner/resumeTraining.ts";
import { readConfig } from "../../runs/readRun.ts";
import { sameTraining } from "../../settings/sameTraining.ts";
import type { Settings } from "../../settings/settings.ts";
import type { PlannedRun } from "./planSweep.ts";

/** What became of a run; `exitCode` is the one that the failure calls for. */
export type RunOutcome =
  | { readonly kind: "ended"; readonly result: RunResult; readonly before: boolean }
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: number };

/** Begins a run in `path`, or lets it go on, to its end. What it throws is told as a failure. */
export type RunLauncher = (path: string, settings: Settings, signal: AbortSignal) => Promise<RunOutcome>;

/** How runs are worked through. */
export interface RunAllOptions {
  readonly out: string;
  /** Runs at a time. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly launch: RunLauncher;
  /** Called before a run begins: by throwing it ends the sweep. */
  readonly requireHeld?: () => void;
  /** Checksum of the data; null where it is not known. */
  readonly checksum: string | null;
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
  const { out, parallel, signal, launch, checksum, requireHeld, onBegin, onEnd } = options;
  const outcomes: (RunOutcome | null)[] = runs.map(() => null);
  let next = 0;
  const bringToEnd = async (run: PlannedRun, at: number): Promise<RunOutcome | null> => {
    const path = join(out, run.name);
    try {
      const result = endedResult(path, run.settings, checksum);
      if (result !== null) return { kind: "ended", result, before: true };
      if (signal.aborted) return null;
      onBegin?.(run, at);
      return await launch(path, run.settings, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // The text of another error says too little to go without a word that it is none of input.
      if (error instanceof InputError) return { kind: "failed", message, exitCode: 2 };
      return { kind: "failed", message: `internal error: ${message}`, exitCode: 1 };
    }
  };
  const worker = async (): Promise<void> => {
    while (next < runs.length) {
      const at = next++;
      const run = runs[at]!;
      requireHeld?.();
      const outcome = await bringToEnd(run, at);
      outcomes[at] = outcome;
      if (outcome !== null) onEnd?.(run, at, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, runs.length) }, worker));
  return outcomes;
}

/**
 * The result of a run that has ended in `path`; null where none has.
 *
 * @throws InputError if the folder has a run of other settings or data
 */
export function endedResult(path: string, settings: Settings, checksum: string | null): RunResult | null {
  if (!existsSync(join(path, "config.json"))) return null;
  // A stranger's folder may have a link of that name to elsewhere.
  requireRealFolder(path);
  const before = readConfig(path);
  if (!sameTraining(before.settings, settings)) {
    throw new InputError(`${path}: holds a run of other settings; choose another --out`);
  }
  if (before.dataChecksum !== null && checksum !== null && before.dataChecksum !== checksum) {
    throw new InputError(`${path}: holds a run on other data; choose another --out`);
  }
  return earlierResult(path);
}

/** How many runs in a folder are none of these. */
export function numOtherRuns(out: string, runs: readonly PlannedRun[]): number {
  if (!existsSync(out)) return 0;
  const names = new Set(runs.map(({ name }) => name));
  const isRun = (name: string): boolean =>
    lstatSync(join(out, name)).isDirectory() && existsSync(join(out, name, "config.json"));
  return entriesOf(out).filter((name) => !names.has(name) && isRun(name)).length;
}
