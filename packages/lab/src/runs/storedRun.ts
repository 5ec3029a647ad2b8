/** The runs in a folder, with their status. */
import {
  hasDiverged,
  InputError,
  type RecordedEvaluation,
  type RunResult,
  type StartEvent,
} from "entropy-sgd-training";
import type { Settings } from "../settings/settings.ts";
import type { Environment } from "./environment.ts";
import { lockHolder } from "./lock.ts";
import { readVerified } from "./readRun.ts";
import { type FoundFolder, scanFolder } from "./scanFolder.ts";
import type { SealReport } from "./seal.ts";

/**
 * The status of a run: `ended` at the end of its budget, `diverged` (not finite, or worse than a guess without the inputs), `interrupted` by
 * a signal or a time limit, `running` in a living process, `unfinished` (can be resumed), `torn` (one of its files is damaged), `foreign` (not a
 * run).
 */
export type RunStatus = "ended" | "diverged" | "interrupted" | "running" | "unfinished" | "torn" | "foreign";

/** A run, or something else in the place of one. */
export interface StoredRun {
  /** The path below the folder that was searched, with `/` between its parts. */
  readonly name: string;
  readonly path: string;
  readonly status: RunStatus;
  /** Why it is torn or foreign; null otherwise. */
  readonly reason: string | null;
  /** null if it is torn or foreign. */
  readonly content: RunContent | null;
}

/** The content of an intact run, without its outer steps and weights. */
export interface RunContent {
  readonly settings: Settings;
  /** SHA-256 of the data; null where it is not known. */
  readonly dataChecksum: string | null;
  readonly environment: Environment;
  /** null before the run began. */
  readonly start: StartEvent | null;
  readonly evaluations: readonly RecordedEvaluation[];
  /** Gradients so far. */
  readonly gradients: number;
  readonly result: RunResult | null;
  readonly seal: SealReport;
}

/** Finds the living process that writes a run. */
export type FindHolder = (path: string) => { readonly pid: number; readonly host: string } | null;

/** Reasons quote values found in files, which may be long. */
const maxReason = 200;

/**
 * The runs in a folder, and other folders there, in order of their names.
 *
 * Nothing in the folder makes this fail: a run that cannot be read is torn.
 *
 * @throws InputError if the folder itself is missing, no folder, or cannot be read
 */
export function storedRuns(folder: string, findHolder: FindHolder = lockHolder): StoredRun[] {
  return scanFolder(folder).map((found) => storedRun(found, findHolder));
}

/** One of the folders that `scanFolder` found. */
export function storedRun(found: FoundFolder, findHolder: FindHolder = lockHolder): StoredRun {
  const { name, path, foreign } = found;
  if (foreign !== null) return { name, path, status: "foreign", reason: shortened(foreign), content: null };
  try {
    const content = contentOf(path);
    return { name, path, status: statusOf(path, content, findHolder), reason: null, content };
  } catch (error) {
    // Even the error's message may be impossible to make, as with JSON nested too deeply.
    const reason = error instanceof InputError ? error.message : `${path}: cannot be read (${String(error)})`;
    return { name, path, status: "torn", reason: shortened(reason), content: null };
  }
}

function statusOf(path: string, { result }: RunContent, findHolder: FindHolder): RunStatus {
  if (result === null) return findHolder(path) === null ? "unfinished" : "running";
  if (hasDiverged(result)) return "diverged";
  return result.interrupted ? "interrupted" : "ended";
}

/** @throws InputError if a file is damaged */
function contentOf(path: string): RunContent {
  const { settings, environment, dataChecksum, seal, start, outers, evaluations, result } = readVerified(path);
  const identity = { settings, environment, dataChecksum, seal };
  // A run that has not begun, or begins again, has no start event.
  if (start === null) return { ...identity, start, evaluations: [], gradients: 0, result: null };
  const reached = Math.max(outers.at(-1)?.gradients ?? 0, evaluations.at(-1)?.gradients ?? 0);
  return { ...identity, start, evaluations, gradients: result?.gradientEvaluations ?? reached, result };
}

function shortened(text: string): string {
  return text.length <= maxReason ? text : `${text.slice(0, maxReason)}…`;
}
