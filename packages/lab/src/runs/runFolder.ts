/** A run on disk: config.json, events.jsonl, weights.safetensors, checkpoints/, and a lock while a process writes it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type CheckpointEvent,
  type EvaluationEvent,
  InputError,
  type LoopPosition,
  numEvaluations,
  type RunResult,
} from "entropy-sgd-training";
import type { Retreat, RunModel } from "entropy-sgd-training/formats";
import { cannot, piecesOf } from "entropy-sgd-training/node";
import { makeFolder, requireEmptyFolder, writeWhole } from "../io/files.ts";
import {
  checkpointWriter,
  type FoundCheckpoint,
  newestIntact,
  removeLeftovers,
  weightsAt,
} from "./checkpointFolder.ts";
import { type RunIdentity, weightsPieces } from "./checkpointFormat.ts";
import { eventsName, maxEventBytes } from "./eventFile.ts";
import { eventWriter, writeEvents } from "./eventWriter.ts";
import { awaitLock, type LockHooks } from "./lease.ts";
import type { RunEvent } from "./runEvents.ts";
import { removeSeal, writeSeal } from "./seal.ts";

/** A run whose lock this process holds, before it begins or resumes. */
export interface HeldRun {
  readonly path: string;
  /** The newest intact checkpoint, of fewer gradients than `before`. @throws InputError if there are some and all are damaged */
  newestCheckpoint(before?: number): FoundCheckpoint;
  /**
   * Begins the run, or resumes it from a checkpoint: config.json and events.jsonl are restored to what they were there.
   *
   * @param retreat - a rollback from which it has not recovered yet
   */
  open(identity: RunIdentity, model: RunModel, from: FoundCheckpoint | null, retreat?: Retreat | null): RunFolder;
  /** @throws InputError if another process has taken the lock */
  requireHeld(): void;
  /** Releases the lock. */
  release(): void;
}

/** A run that is being written; a listener of its events. */
export interface RunFolder {
  readonly path: string;
  /**
   * Appends the event (gradient events are not kept); an evaluation also writes the weights, a checkpoint event the
   * checkpoint.
   *
   * @throws InputError if that is impossible; existing files are unchanged then
   */
  record(event: RunEvent): void;
}

/** The same events, each passed on once it is written. */
export async function* recorded(
  events: AsyncIterable<RunEvent>,
  folder: Pick<RunFolder, "record">,
): AsyncGenerator<RunEvent> {
  for await (const event of events) {
    folder.record(event);
    yield event;
  }
}

/**
 * Makes a new run folder and takes its lock.
 *
 * @throws InputError if the folder holds anything or cannot be written
 */
export async function createRun(path: string, hooks: LockHooks = {}): Promise<HeldRun> {
  requireEmptyFolder(path);
  makeFolder(path);
  const held = await holdRun(path, hooks);
  try {
    // Another process may have begun a run, and ended it, since the first look.
    requireEmptyFolder(path);
    return held;
  } catch (error) {
    held.release();
    throw error;
  }
}

/**
 * Takes the lock of an existing run folder, and removes temporary files of a killed process.
 *
 * @throws InputError if it is not a folder, or another process writes it; Interruption after a signal during the wait for the lock
 */
export async function holdRun(path: string, hooks: LockHooks = {}): Promise<HeldRun> {
  if (!existsSync(path)) throw new InputError({ path, rule: "there is no such folder" });
  const lock = await awaitLock(path, hooks);
  try {
    removeLeftovers(path);
  } catch (error) {
    lock.release();
    throw cannot(path, "be written", error);
  }
  return {
    path,
    newestCheckpoint: (before) => newestIntact(path, before),
    open(identity, model, from, retreat = null) {
      const { settings } = identity;
      lock.requireHeld();
      removeSeal(path);
      writeWhole(join(path, "config.json"), configText(identity), lock.requireHeld);
      const checkpoints = checkpointWriter(path, settings, model, {
        skipped: from?.skipped ?? [],
        requireHeld: lock.requireHeld,
        retreat,
        from: from?.checkpoint?.point.position.gradients ?? 0,
      });
      let rollbacks = from?.checkpoint?.rollbacks ?? 0;
      const recordEvaluation = ({ params, ...numbers }: EvaluationEvent): void => {
        events.append(numbers);
        if (!Number.isFinite(numbers.testLoss)) return;
        writeWhole(
          join(path, "weights.safetensors"),
          weightsPieces(params, model, settings, numbers.gradients),
          lock.requireHeld,
        );
      };
      const recordCheckpoint = ({ snapshot, ...line }: CheckpointEvent): void => {
        // First, so that the checkpoint's copy of the events includes it.
        events.append({ ...line, name: checkpoints.nextName() });
        const file = join(path, eventsName);
        checkpoints.write({ ...identity, rollbacks, retreat, snapshot, events: piecesOf(file, maxEventBytes) });
      };
      const checkpoint = from?.checkpoint ?? null;
      const numLines = writeEvents(path, checkpoint?.events ?? [], lock.requireHeld);
      const seen = numEvaluations(checkpoint?.point.position.evaluations ?? []);
      const position = { numLines, numEvaluations: seen, innerSteps: settings.innerSteps };
      const events = eventWriter(path, position, lock.requireHeld);
      // The weights of an evaluation after it, or none at all after a crash, are replaced where that is possible.
      if (checkpoint !== null && isEvaluated(checkpoint.point.position)) {
        writeWhole(join(path, "weights.safetensors"), checkpoint.weights, lock.requireHeld);
      }
      return {
        path,
        record(event) {
          // A run resumed from a checkpoint has its start event already.
          if (event.type === "gradient" || (event.type === "start" && checkpoint !== null)) return;
          if (event.type === "evaluation") return recordEvaluation(event);
          if (event.type === "checkpoint") return recordCheckpoint(event);
          if (event.type === "rollback") rollbacks = event.number;
          if (event.type === "end") restoreBest(path, event.result, lock.requireHeld);
          events.append(event);
          if (event.type === "end") writeSeal(path, identity, lock.requireHeld);
        },
      };
    },
    requireHeld: lock.requireHeld,
    release: lock.release,
  };
}

/** With early stopping a run ends with the weights of its best evaluation, which the checkpoint there has. */
function restoreBest(path: string, { bestGradients, gradientEvaluations }: RunResult, requireHeld: () => void): void {
  if (bestGradients === undefined || bestGradients === gradientEvaluations) return;
  writeWhole(join(path, "weights.safetensors"), weightsAt(path, bestGradients), requireHeld);
}

/** The text of config.json. */
export function configText({ settings, environment, dataChecksum }: RunIdentity): string {
  return `${JSON.stringify({ ...settings, environment, dataChecksum }, null, 2)}\n`;
}

/** Whether the last evaluation was at the same gradient. */
function isEvaluated({ gradients, evaluations }: LoopPosition): boolean {
  return evaluations.at(-1)?.gradients === gradients;
}
